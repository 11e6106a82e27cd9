// A headless Chromium, spoken to through its DevTools pipe: no package is needed. Gone when close() returns, or with
// this process.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Browser {
  #process;
  #folder = mkdtempSync(join(tmpdir(), 'pointsman-chromium-'));
  #next = 1;
  #waiting = new Map();
  #session;
  problems = [];  // errors of scripts, and requests to elsewhere
  #origin;

  constructor(program, origin) {
    this.#origin = origin;
    this.#process = spawn(program, ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
      '--no-first-run', '--disable-extensions', '--remote-debugging-pipe', '--user-data-dir=' + this.#folder, 'about:blank'],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    process.on('exit', () => this.#end());
    let read = '';
    this.#process.stdio[4].on('data', data => {
      read += data;
      for (let end; (end = read.indexOf('\0')) >= 0; read = read.slice(end + 1)) this.#hear(JSON.parse(read.slice(0, end)));
    });
    this.#process.stdio[3].on('error', () => {});
    this.#process.on('exit', () => this.#waiting.forEach(w => w.fail(new Error('Chromium is gone'))));
  }

  #hear(message) {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (waiting) return message.error ? waiting.fail(new Error(message.error.message)) : waiting.done(message.result);
    if (message.method === 'Runtime.exceptionThrown') this.problems.push(message.params.exceptionDetails.text);
    if (message.method === 'Log.entryAdded' && message.params.entry.level === 'error') this.problems.push(message.params.entry.text);
    if (message.method !== 'Network.requestWillBeSent') return;
    const { url } = message.params.request;
    if (!url.startsWith(this.#origin)) this.problems.push('asks elsewhere: ' + url);
  }

  send(method, params = {}) {
    const id = this.#next++;
    this.#process.stdio[3].write(JSON.stringify({ id, method, params, sessionId: this.#session }) + '\0');
    return new Promise((done, fail) => {
      this.#waiting.set(id, { done, fail });
      setTimeout(() => fail(new Error('no answer to ' + method)), 20_000).unref();
    });
  }

  async open(url) {
    if (!this.#session) {
      const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
      this.#session = (await this.send('Target.attachToTarget', { targetId, flatten: true })).sessionId;
      for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await this.send(domain + '.enable');
    }
    await this.send('Page.navigate', { url: 'about:blank' });  // or a fragment would not load the page anew
    await this.send('Page.navigate', { url });
    await this.until(`location.href.startsWith('${this.#origin}') && document.readyState === 'complete'`);
  }

  // The value of an expression in the page.
  async ask(expression) {
    const { result, exceptionDetails } =
        await this.send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description || exceptionDetails.text);
    return result.value;
  }

  // Waits until it is true, for 15 seconds at most.
  async until(expression) {
    for (const end = Date.now() + 15_000; Date.now() < end; await new Promise(r => setTimeout(r, 50))) {
      if (await this.ask(expression).catch(() => false)) return;  // in between two pages there is nothing to ask
    }
    throw new Error('never came true: ' + expression + '\n' + await this.ask('document.body.innerText.slice(0, 1500)'));
  }

  async look({ width, scheme }) {
    await this.send('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: width < 600 });
    await this.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  }

  async picture() {
    return Buffer.from((await this.send('Page.captureScreenshot', { captureBeyondViewport: true })).data, 'base64');
  }

  async close() {
    const gone = new Promise(done => this.#process.once('exit', done));
    this.#process.kill('SIGKILL');
    await gone;
    this.#end();
  }
  #end() {
    this.#process.kill('SIGKILL');
    try {
      rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    } catch {
      // A process of the browser's is still writing there: the folder is left behind, which is no fault of the page.
    }
  }
}
