// The openai package against the example gateway: node openai_client.mjs CLAIM GATEWAY_URL KEY
// Each claim is a function that throws where it does not hold. gateway_clients_test.cc prepares the upstreams for it.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [claim, url, key] = process.argv.slice(2);
// The package is where npm put it, beside no file of ours.
const { default: OpenAI } = await import(
    pathToFileURL(createRequire(process.env.POINTSMAN_CLIENTS + '/package.json').resolve('openai')));
const client = new OpenAI({ baseURL: url + '/v1', apiKey: key, maxRetries: 0, timeout: 20_000 });
const ask = (more = {}) =>
    client.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], ...more });

// What was thrown, of the class and status that the package has for it.
async function refusal(promise, kind, status) {
  const error = await promise.then(() => assert.fail('it was served'), (e) => e);
  assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`);
  assert.equal(error.status, status);
  return error;
}

const claims = {
  async chat() {
    const answer = await ask();
    assert.match(answer.choices[0].message.content, /^Served by channel number [12]$/);
    assert.equal(answer.model, 'gpt-4o');
    assert.equal(answer.usage.total_tokens, 14);
  },
  async stream() {
    const pieces = [];
    for await (const part of await ask({ stream: true })) pieces.push(part.choices[0].delta.content);
    assert.equal(pieces.length, 5);
    assert.match(pieces.join(''), /^Served by channel number [12]$/);
  },
  async models() {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    assert.ok(ids.includes('gpt-4o') && ids.includes('runway'), ids.join());
    assert.equal((await client.models.retrieve('gpt-4o')).id, 'gpt-4o');
    await refusal(client.models.retrieve('gpt-9'), OpenAI.NotFoundError, 404);
  },
  async another_channel() {
    assert.match((await ask()).choices[0].message.content, /channel number [34]$/);
    let text = '';
    for await (const part of await ask({ stream: true })) text += part.choices[0].delta.content;
    assert.match(text, /channel number [34]$/);
  },
  async unknown_key() {
    const error = await refusal(ask(), OpenAI.AuthenticationError, 401);
    assert.equal(error.code, 'invalid_api_key');
  },
  async unknown_model() {
    const error = await refusal(ask({ model: 'gpt-9' }), OpenAI.NotFoundError, 404);
    assert.equal(error.code, 'model_not_found');
    assert.match(error.message, /gpt-9/);
  },
  async model_beyond_limits() {
    await refusal(ask(), OpenAI.PermissionDeniedError, 403);
  },
  async no_model() {
    await refusal(ask({ model: undefined }), OpenAI.BadRequestError, 400);
  },
  async rate_limited() {
    const error = await refusal(ask(), OpenAI.RateLimitError, 429);
    assert.equal(error.headers['retry-after'], '7');
  },
  async no_channel() {
    const error = await refusal(ask(), OpenAI.InternalServerError, 503);
    assert.equal(error.code, 'kEmptyGroup');
    assert.match(error.message, /the token's group is set correctly/);
  },
  async cut_off() {
    let text = '';
    const error = await (async () => {
      for await (const part of await ask({ stream: true })) text += part.choices[0].delta.content;
    })().then(() => assert.fail(`half an answer was taken for a whole one: ${text}`), (e) => e);
    assert.ok(error instanceof OpenAI.APIError, error.constructor.name);
    assert.match(error.message, /broke off/);
    assert.equal(text, 'Served by');
  },
  async hang_up() {
    const stream = await ask({ stream: true });
    for await (const part of stream) {
      assert.equal(part.choices[0].delta.content, 'Served');
      break;  // the package aborts the request
    }
  },
};

await claims[claim]();
console.log('holds: ' + claim);
process.exit(0);  // kept connections would hold the process
