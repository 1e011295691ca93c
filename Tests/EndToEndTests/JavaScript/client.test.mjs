// The client in Node, when all is well or fails only for a while.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, EnsueError, MemoryStorage, never, newType, proxied, server, stored } from './bench.mjs'

test('an event that is logged is stored, with the time of the call', async () => {
  const type = newType()
  const before = new Date().toISOString()
  const receipt = await connect({ url: server }).log(type, { score: 9 })
  const [event] = stored(type)
  assert.deepEqual(receipt, { id: event.id, duplicate: false })
  assert.deepEqual(event.data, { score: 9 })
  assert.ok(new Date(event.time) >= new Date(before))
})

test('an event of the same key is the first one', async () => {
  const ensue = connect({ url: server })
  const event = { type: newType(), data: {}, key: 'node-same-key' }
  const first = await ensue.record(event)
  assert.deepEqual(await ensue.record(event), { id: first.id, duplicate: true })
})

test('a key that is undefined is as good as none', () => proxied(async (proxy, connect) => {
  const type = newType()
  proxy.loseAnswers(1)
  await connect().record({ type, data: {}, key: undefined })
  assert.equal(stored(type).length, 1)
}))

test('an effect is requested, awaited and read', async () => {
  const ensue = connect({ url: server })
  const { id } = await ensue.request({ kind: 'log', payload: { message: 'from Node' }, priority: 'high' })
  const effect = await ensue.effect(id, { wait: 20 })
  assert.equal(effect.state, 'completed')
  assert.equal(effect.priority, 'high')
})

test('an account has events of its own', async () => {
  const type = newType()
  await connect({ url: server, account: 'north' }).log(type)
  assert.equal(stored(type, 'north').length, 1)
  assert.equal(stored(type).length, 0)
})

test('what cannot be JSON is refused at the call', async () => {
  await assert.rejects(connect({ url: server }).log('node.Big', { number: 1n }), TypeError)
})

test('without an address there is no client in Node', () => {
  assert.throws(() => connect(), { message: "'url' must be the address of an Ensue server" })
})

test('calls of one moment go out as one array, in their order', () => proxied(async (proxy, connect) => {
  const type = newType()
  const ensue = connect()
  const receipts = await Promise.all(Array.from({ length: 50 }, (_, index) => ensue.log(type, { index })))
  assert.deepEqual(proxy.requests, ['POST /v1/events'])
  const events = stored(type)
  assert.deepEqual(events.map(event => event.data.index), Array.from({ length: 50 }, (_, index) => index))
  assert.deepEqual(receipts.map(receipt => receipt.id), events.map(event => event.id))
}))

test('an array gets an array of receipts, an empty one is no request', () => proxied(async (proxy, connect) => {
  const type = newType()
  assert.deepEqual(await connect().record([]), [])
  assert.equal(proxy.requests.length, 0)
  assert.equal((await connect().record([{ type, data: 1 }])).length, 1)
  assert.equal(stored(type).length, 1)
}))

test('no request is larger than one that outlives its page may be', () => proxied(async (proxy, connect) => {
  const type = newType()
  const ensue = connect()
  await Promise.all(Array.from({ length: 200 }, () => ensue.log(type, { text: 'å'.repeat(500) })))
  assert.ok(proxy.requests.length > 3)
  assert.ok(Math.max(...proxy.sizes) <= 65_536)
  assert.equal(stored(type).length, 200)
}))

test('an answer that is lost does not make two events', () => proxied(async (proxy, connect) => {
  const type = newType()
  proxy.loseAnswers(1)
  const receipt = await connect().log(type)
  assert.equal(receipt.duplicate, true, 'the first request had arrived')
  assert.equal(proxy.requests.length, 2)
  assert.equal(stored(type).length, 1)
}))

test('a server that cannot take it now is asked again, not before it says', () => proxied(async (proxy, connect) => {
  const type = newType()
  proxy.answer(1, 503, { 'Retry-After': '1' })
  const start = performance.now()
  await connect().log(type)
  assert.ok(performance.now() - start >= 1000)
  assert.equal(stored(type).length, 1)
}))

test('429 is tried again', () => proxied(async (proxy, connect) => {
  const type = newType()
  proxy.answer(1, 429)
  await connect().log(type)
  assert.equal(stored(type).length, 1)
}))

test('an answer that is not from Ensue is no confirmation', () => proxied(async (proxy, connect) => {
  const type = newType()
  proxy.answer(1, 200, { 'Content-Type': 'text/html' }, '<p>Please log in to the hotel')
  await connect().log(type)
  assert.equal(stored(type).length, 1)
}))

test('other answers of 4xx are final, and carry the problem', () => proxied(async (proxy, connect) => {
  const ensue = connect()
  await assert.rejects(ensue.request({ kind: 'lgo', payload: {} }), error => {
    assert.ok(error instanceof EnsueError)
    assert.equal(error.status, 422)
    assert.equal(error.problem.type, 'urn:ensue:problem:unknown-kind')
    assert.match(error.message, /lgo/)
    return true
  })
  assert.equal(proxy.requests.length, 1)
  assert.equal(ensue.pending, 0)
  await assert.rejects(ensue.effect('123456789'), { name: 'EnsueError', status: 404 })
}))

test('of calls that went out together the bad ones alone are refused', () => proxied(async (proxy, connect) => {
  const type = newType()
  const ensue = connect()
  const results = await Promise.allSettled([
    ensue.log(type, 1), ensue.log('no such name', 2), ensue.log(type, 3),
    ensue.record([{ type, data: 4 }, { type: '', data: 5 }]), ensue.log(type, 6),
  ])
  assert.deepEqual(
    results.map(result => result.status), ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'])
  assert.match(results[1].reason.message, /no such name/)
  assert.deepEqual(results[3].reason.problem.errors.map(error => error.index), [1])
  assert.deepEqual(stored(type).map(event => event.data).sort(), [1, 3, 6])
}))

test('a refusal that names nobody is found out one by one', () => proxied(async (proxy, connect) => {
  const type = newType()
  proxy.answer(1, 400, { 'Content-Type': 'application/json' }, '{"errors":[{"message":"something"}]}')
  const ensue = connect()
  await Promise.all([ensue.log(type, 1), ensue.log(type, 2)])
  assert.equal(stored(type).length, 2)
}))

test('what fails by itself does not hold up others', () => proxied(async (proxy, connect) => {
  const type = newType()
  proxy.refusePath('/v1/effects')
  const ensue = connect()
  const effect = ensue.request({ kind: 'log', payload: { message: 'late' } })
  await ensue.log(type)
  assert.equal(stored(type).length, 1)
  assert.equal(ensue.pending, 1)
  proxy.refusePath(undefined)
  assert.equal((await effect).duplicate, false)
}))

test('what is not confirmed waits in the storage for the next client', () => proxied(async (proxy, connect) => {
  const type = newType()
  const storage = new MemoryStorage()
  const first = connect({ storage, fetch: never })
  const other = connect({ storage, fetch: never })
  for (let index = 0; index < 10; index++) {
    first.log(type, { index })
    other.log(type, { index: index + 10 })
  }
  assert.equal(Object.keys(storage).length, 20)
  const next = connect({ storage })
  assert.equal(next.pending, 20)
  await next.log(type, { index: 20 })
  assert.equal(Object.keys(storage).length, 0)
  assert.equal(stored(type).length, 21)
}))

test('another account or server does not take over what is stored', async () => {
  const storage = new MemoryStorage()
  connect({ url: server, storage, account: 'north', fetch: never }).log('node.Stored')
  assert.equal(connect({ url: server, storage, fetch: never }).pending, 0)
  assert.equal(connect({ url: server, storage, account: 'nort', fetch: never }).pending, 0)
  assert.equal(connect({ url: 'http://localhost:1', storage, account: 'north', fetch: never }).pending, 0)
  assert.equal(connect({ url: `${server}/`, storage, account: 'north', fetch: never }).pending, 1)
})

test('a full storage keeps nothing from being sent', async () => {
  const type = newType()
  const storage = { setItem() { throw new Error('full') }, removeItem() {} }
  await connect({ url: server, storage }).log(type)
  assert.equal(stored(type).length, 1)
})

test('more calls than may wait are refused', async () => {
  const ensue = connect({ url: server, limit: 2, fetch: never })
  ensue.log('node.Waiting')
  ensue.log('node.Waiting')
  await assert.rejects(ensue.log('node.Waiting'), { message: '2 calls are waiting already' })
})
