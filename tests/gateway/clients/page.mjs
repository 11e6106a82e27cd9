// The page at "/" in a real browser: node page.mjs CHROMIUM GATEWAY_URL FAKES_URL DATABASE [FOLDER for pictures]
// Prints what holds, line by line; throws at the first that does not.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Browser } from './browser.mjs';

const [chromium, url, fakes, database, pictures] = process.argv.slice(2);
const browser = new Browser(chromium, url);
const ask = (model, times = 1) => Promise.all(Array.from({ length: times }, () =>
    fetch(url + '/v1/chat/completions', { method: 'POST', headers: { Authorization: 'Bearer sk-not-a-real-key-1' },
      body: JSON.stringify({ model }) }).then(answer => answer.text())));
const card = (group, model) => `[...document.querySelectorAll('article')].find(a =>
    a.querySelector('h3').textContent === '${model}' && a.querySelector('.chip').textContent === '${group}').innerText`;
const holds = claim => console.log('holds: ' + claim);

async function check() {
  await browser.open(url + '/');
  await browser.until(`!document.getElementById('enter').hidden`);
  assert.equal(await browser.ask(`document.querySelectorAll('article').length`), 0);
  holds('nothing is shown without the token');

  await browser.ask(`document.getElementById('token').value = 'wrong'; document.querySelector('form button').click()`);
  await browser.until(`document.getElementById('refused').textContent.includes('operators')`);
  holds('a wrong token is refused, in words');
  browser.problems = [];  // the browser logs that answer as an error of its own

  await browser.ask(`document.getElementById('token').value = 'operators-secret'; document.querySelector('form button').click()`);
  await browser.until(`document.querySelectorAll('article').length > 20`);
  await browser.ask(`window.marker = 'the same page'`);
  assert.match(await browser.ask(card('default', 'gpt-4o')), /1 OpenAI main\s+7\/10 = 70\.0 %/);
  assert.match(await browser.ask(card('default', 'gpt-4o')), /3 Azure east\s+then 3\/5 = 60\.0 %/);
  holds('groups, models, tiers and exact shares are shown');

  await ask('gpt-4o', 40);
  await browser.until(`/seen \\d+(\\.\\d)? % \\(\\d+\\)/.test(${card('default', 'gpt-4o')})`);
  await browser.until(`document.getElementById('latest').innerText.includes('success')`);
  holds('observed shares and requests appear without a reload');

  await ask('<img src=x onerror="window.hacked=1">');
  await browser.until(`document.getElementById('latest').innerText.includes('<img src=x')`);
  assert.equal(await browser.ask(`document.images.length + (window.hacked || 0)`), 0);
  holds('a name with markup is text');

  await fetch(fakes + '/behave/1/failing', { method: 'POST' });
  for (let i = 0; i < 30; ++i) await ask('gpt-4o');
  await browser.until(`/1 OpenAI main\\s+cooling down after (transient|rate limited), \\d/.test(${card('default', 'gpt-4o')})`);
  assert.match(await browser.ask(card('default', 'gpt-4o')), /2 OpenAI second\s+1\/1 = 100 %, usually 3\/10/);
  assert.match(await browser.ask(card('default', 'gpt-4o')), /Priority 10, serves now/);
  assert.match(await browser.ask(card('default', 'o3')), /Priority 10, serves all the same: nobody else is left/);
  await browser.until(`document.getElementById('channels').innerText.includes('cooling down')`);
  holds('a channel that fails is seen to cool down, and who serves instead');

  // The gateway may be reading just then: as any writer of a live database, it waits for its turn.
  execFileSync('sqlite3', ['-cmd', '.timeout 5000', database, 'UPDATE abilities SET weight = 90 WHERE channel_id = 2']);
  await browser.until(`/usually 9\\/16/.test(${card('default', 'gpt-4o')})`);
  await browser.until(`document.getElementById('table').textContent.includes('generation 2')`);
  holds('a change of the tables is seen');

  await browser.ask(`[...document.querySelectorAll('nav button')].find(b => b.textContent === 'svip').click()`);
  const groups = await browser.ask(`[...document.querySelectorAll('article .title .chip')].map(c => c.textContent)`);
  assert.deepEqual([...new Set(groups)], ['svip']);
  await browser.ask(`[...document.querySelectorAll('nav button')][0].click()`);
  assert.equal(await browser.ask('window.marker'), 'the same page');
  holds('one group can be looked at');

  await browser.ask(`window.asked = fetch; window.fetch = async () => new Response('{}', { status: 503 })`);
  await browser.until(`document.getElementById('health').textContent === 'the gateway answers with 503'`);
  assert.equal(await browser.ask(`sessionStorage.getItem('token')`), 'operators-secret');
  await browser.ask(`window.fetch = window.asked`);
  await browser.until(`document.getElementById('health').textContent === 'fresh'`);
  holds('a gateway in trouble does not cost the token');

  for (const width of [1400, 390]) {
    for (const scheme of ['light', 'dark']) await looks(width, scheme);
  }
  assert.deepEqual(browser.problems, []);
  holds('no script failed, and nothing was asked of anybody else');

  await browser.open(url + '/#token=operators-secret');
  await browser.until(`document.querySelectorAll('article').length > 20`);
  assert.equal(await browser.ask('location.href'), url + '/');
  holds('a token in the fragment leaves the address');
}

// Contrast as WCAG counts it, of every text against what is behind it.
const kFaint = `(() => {
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  return [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() &&
      [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())).filter(e => {
    const [a, b] = [light(rgb(getComputedStyle(e).color).slice(0, 3)), light(behind(e))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
  }).map(e => e.textContent);
})()`;

async function looks(width, scheme) {
  await browser.look({ width, scheme });
  await browser.until(`innerWidth === ${width} && matchMedia('(prefers-color-scheme: ${scheme})').matches`);
  assert.ok(await browser.ask('document.documentElement.scrollWidth <= innerWidth'), `${width} ${scheme}: wider than the window`);
  assert.deepEqual(await browser.ask(kFaint), [], `${width} ${scheme}: too faint`);
  assert.ok(await browser.ask(`[...document.querySelectorAll('.bar i')].some(i => i.getBoundingClientRect().width > 50 && i.getBoundingClientRect().height > 5)`), 'no bar is seen');
  if (pictures) writeFileSync(`${pictures}/page-${width}-${scheme}.png`, await browser.picture());
  holds(`it fits and can be read: ${width}, ${scheme}`);
}

try {
  await check();
} finally {
  await browser.close();
}
process.exit(0);
