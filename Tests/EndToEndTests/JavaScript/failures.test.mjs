// The client in Node, when servers, proxies and storages do what they should not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, MemoryStorage, never, newType, proxied, server, stored } from './bench.mjs'

const json = { 'Content-Type': 'application/json' }
const problem = (name, members) => JSON.stringify({ type: `urn:ensue:problem:${name}`, title: 'No', ...members })

for (const status of [408, 425, 429, 500, 502, 503, 504]) {
  test(`${status} is tried again`, () => proxied(async (proxy, connect) => {
    const type = newType()
    proxy.answer(1, status)
    await connect().log(type)
    assert.equal(proxy.requests.length, 2)
    assert.equal(stored(type).length, 1)
  }))
}

const notTheCall = [
  [401, json, problem('unauthorized')], [403, json, problem('forbidden')], [404, json, problem('not-found')],
  [404, { 'Content-Type': 'text/html' }, '<h1>Not Found'], [400, json, '{"type":null}'], [413],
]
for (const answer of notTheCall) {
  const [status, , body = 'without a body'] = answer
  test(`${status} ${body} is not about the call: the next page sends it`, () => proxied(async (proxy, connect) => {
    const type = newType()
    const storage = new MemoryStorage()
    proxy.answer(1, ...answer)
    const ensue = connect({ storage })
    await assert.rejects(ensue.log(type), { name: 'EnsueError', status })
    assert.equal(ensue.pending, 0)
    assert.equal(Object.keys(storage).length, 1)
    const next = connect({ storage })
    await next.log(type)
    assert.equal(stored(type).length, 2)
    assert.equal(Object.keys(storage).length, 0)
  }))
}

test('a key that is not known costs one request for all calls', () => proxied(async (proxy, connect) => {
  const ensue = connect()
  proxy.answer(1, 401, json, problem('unauthorized'))
  const calls = await Promise.allSettled(Array.from({ length: 20 }, () => ensue.log(newType())))
  assert.ok(calls.every(call => call.reason.status === 401))
  assert.equal(proxy.requests.length, 1)
}))

test('what Ensue refuses is not kept', () => proxied(async (proxy, connect) => {
  const storage = new MemoryStorage()
  await assert.rejects(connect({ storage }).log('no such name'), { status: 422 })
  assert.equal(Object.keys(storage).length, 0)
}))

test('what was overloaded is asked again for the same batch', () => proxied(async (proxy, connect) => {
  const type = newType()
  const ensue = connect()
  for (const status of [503, 429]) {
    proxy.answer(1, status)
    proxy.requests.length = 0
    await Promise.all(Array.from({ length: 150 }, (_, index) => ensue.log(type, index)))
    assert.equal(proxy.requests.length, 2)
  }
  const order = Array.from({ length: 150 }, (_, index) => index)
  assert.deepEqual(stored(type).map(event => event.data), [...order, ...order])
}))

test('of a batch that is too large, or breaks the server, the parts are sent', () => proxied(async (proxy, connect) => {
  const type = newType()
  const ensue = connect()
  for (const status of [413, 500]) {
    proxy.answer(1, status)
    proxy.requests.length = 0
    await Promise.all(Array.from({ length: 40 }, () => ensue.log(type)))
    assert.equal(proxy.requests.length, 9)
  }
  assert.equal(stored(type).length, 80)
}))

test('one key does not send what another left', () => {
  const storage = new MemoryStorage()
  const key = id => `ensue_sk_${id}_0123456789abcdef0123456789abcdef`
  const open = key => connect({ url: server, storage, fetch: never, key })
  open(key('one')).log(newType())
  assert.ok(!JSON.stringify(storage).includes('0123456789'), 'the secret is not stored')
  assert.deepEqual([key('one'), key('two'), key('on'), undefined].map(key => open(key).pending), [1, 0, 0, 0])
})

test('a storage that cannot be written keeps no promise from settling', async () => {
  const type = newType()
  const storage = { setItem() {}, removeItem() { throw new Error('locked') } }
  const ensue = connect({ url: server, storage })
  const receipts = await Promise.all([1, 2, 3].map(number => ensue.log(type, number)))
  await assert.rejects(ensue.log('no such name'), { status: 422 })
  assert.deepEqual(receipts.map(receipt => receipt.id), stored(type).map(event => event.id))
  assert.equal(ensue.pending, 0)
})

const oddErrors = ['none', {}, 7, null, [null], ['none'], [{ index: 9 }], [{ index: -1 }], [{ index: 'length' }]]
for (const errors of oddErrors) {
  test(`errors that are ${JSON.stringify(errors)} stop nothing`, () => proxied(async (proxy, connect) => {
    const type = newType()
    const ensue = connect()
    proxy.answer(1, 422, json, problem('invalid', { errors }))
    await Promise.all([ensue.log(type), ensue.log(type)])
    proxy.answer(1, 422, json, problem('invalid', { errors }))
    await assert.rejects(ensue.log(type), { status: 422 })
    assert.equal(stored(type).length, 2)
  }))
}

test('a problem that is nothing, or tells another status, stops nothing', () => proxied(async (proxy, connect) => {
  proxy.answer(1, 422, json, 'null')
  await assert.rejects(connect().log(newType()), { status: 422 })
  proxy.answer(1, 422, json, '{"status":503}')
  await assert.rejects(connect().log(newType()), { status: 422 })
}))

test('what cannot be read in the storage is ignored and removed', async () => {
  const type = newType()
  const storage = new MemoryStorage()
  connect({ url: server, storage, fetch: never }).log(type)
  const [name] = Object.keys(storage)
  for (const [index, text] of ['{"path":', 'null', '{}', '["events"]', '["events",{}]', ''].entries()) {
    storage.setItem(`${name}${index}`, text)
  }
  storage.setItem('of the page', '{')
  const ensue = connect({ url: server, storage })
  assert.equal(ensue.pending, 1)
  await ensue.log(type)
  assert.equal(stored(type).length, 2)
  assert.deepEqual(Object.keys(storage), ['of the page'])
})

/** Lets a client hear events of the page. */
function listening(t) {
  const listeners = {}
  globalThis.addEventListener = (event, listener) => { listeners[event] = listener }
  t.after(() => { delete globalThis.addEventListener })
  return listeners
}

test('being online again does not override what the server said', t => proxied(async (proxy, connect) => {
  const listeners = listening(t)
  const ensue = connect()
  proxy.answer(1, 503, { 'Retry-After': '1' })
  const start = performance.now()
  const call = ensue.log(newType())
  const online = setInterval(() => proxy.requests.length && listeners.online(), 100)
  t.after(() => clearInterval(online))
  await call
  assert.ok(performance.now() - start >= 1000)
}))

test('being online again ends a pause of the client', t => proxied(async (proxy, connect) => {
  const listeners = listening(t)
  let requests = 0
  const ensue = connect({ fetch: (...request) => requests++ ? fetch(...request) : Promise.reject(new TypeError()) })
  const call = ensue.log(newType())
  await new Promise(setImmediate)
  assert.equal(requests, 1)
  listeners.online()
  assert.equal(requests, 2)
  await call
}))

test('the id of an effect is one part of the address', () => proxied(async (proxy, connect) => {
  await assert.rejects(connect().effect('../events/1?x#y'), { name: 'EnsueError' })
  assert.deepEqual(proxy.requests, ['GET /v1/effects/..%2Fevents%2F1%3Fx%23y'])
}))

for (const body of ['[]', '[{"id":"1"}]', '[{"id":"1"},null]', '[{"id":"1"},{"id":"2"},{"id":"3"}]', 'null', '"ok"']) {
  test(`${body} does not confirm two calls`, () => proxied(async (proxy, connect) => {
    const type = newType()
    const ensue = connect()
    proxy.answer(1, 202, json, body)
    const receipts = await Promise.all([ensue.log(type), ensue.log(type)])
    assert.deepEqual(receipts.map(receipt => receipt.id), stored(type).map(event => event.id))
  }))
}

test('events and effects by turns go out as two arrays, each in its order', () => proxied(async (proxy, connect) => {
  const type = newType()
  const ensue = connect()
  await Promise.all(Array.from({ length: 40 }, (_, index) => index % 2
    ? ensue.log(type, index) : ensue.request({ kind: 'log', payload: { message: `${index}` } })))
  assert.deepEqual(proxy.requests, ['POST /v1/effects', 'POST /v1/events'])
  assert.deepEqual(stored(type).map(event => event.data), Array.from({ length: 20 }, (_, index) => 2 * index + 1))
}))

test('effects that are not taken now do not hold up events', () => proxied(async (proxy, connect) => {
  const type = newType()
  proxy.refusePath('/v1/effects', 503)
  const ensue = connect()
  const effects = [1, 2].map(number => ensue.request({ kind: 'log', payload: { message: `${number}` } }))
  await ensue.log(type)
  assert.equal(ensue.pending, 2)
  proxy.refusePath(undefined)
  await Promise.all(effects)
}))
