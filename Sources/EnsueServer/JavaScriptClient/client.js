// Explained in client.d.ts.

const requestBytes = 30_000 // Two may outlive a page, with 64 KiB.

export class EnsueError extends Error {
  name = 'EnsueError'

  constructor(problem, retryAfter) {
    super(problem.detail ?? problem.title)
    Object.assign(this, { problem, status: problem.status, retryAfter })
  }
}

export function connect({
  url = new URL('.', import.meta.url).href, key, account, limit = 1000,
  storage = attempt(() => globalThis.document && localStorage), fetch = globalThis.fetch,
} = {}) {
  if (!/^https?:/.test(url)) throw new TypeError("'url' must be the address of an Ensue server")
  const root = String(url).replace(/\/+$/, '')
  const prefix = `ensue ${root} ${account ?? ''} ${/^ensue_sk_[^_]+|$/.exec(key)} `
  const headers = {
    'Content-Type': 'application/json',
    ...key && { Authorization: `Bearer ${key}` },
    ...account && { 'Ensue-Account': account },
  }

  const queue = new Set() // calls that are not confirmed
  const calls = isSent => [...queue].filter(call => call.isSent === isSent)
  let count = Date.now() * 1000
  let failures = 0
  let timer // of the next try
  let earliest = 0 // as the server said

  async function submit(path, input, defaults) {
    const items = [input].flat().map(item => ({ ...defaults, ...item, key: item.key ?? newKey() }))
    if (!items.length) return []
    if (queue.size >= limit) throw new Error(`${limit} calls are waiting already`)
    const name = `${prefix}${count++} ${newKey()}`
    const call = add(name, path, items)
    attempt(() => storage?.setItem(name, JSON.stringify([path, items])))
    wake()
    const receipts = await new Promise((resolve, reject) => Object.assign(call, { resolve, reject }))
    return Array.isArray(input) ? receipts : receipts[0]
  }

  function add(name, path, list) {
    const items = list.map(item => JSON.stringify(item))
    const size = new Blob(items).size + items.length
    const call = { name, path, items, size, most: 1000, isSent: false, reject: console.warn }
    queue.add(call)
    return call
  }

  const forget = name => attempt(() => storage?.removeItem(name))

  function resume() {
    timer = clearTimeout(timer)
    wake()
  }

  // One request at a time, so that calls gather meanwhile.
  function wake() {
    queueMicrotask(() => timer || calls(true)[0] || send())
  }

  function take() {
    const batch = []
    let room = requestBytes
    for (const call of calls(false)) {
      const { path, most } = batch[0] ?? call
      if (call.path !== path) continue
      room -= call.size
      if (batch[0] && (room < 0 || batch.length >= Math.min(most, call.most))) break
      batch.push(call)
    }
    return batch
  }

  async function send() {
    const batch = take()
    if (!batch[0]) return
    for (const call of batch) call.isSent = true
    const items = batch.flatMap(call => call.items)
    try {
      const answer = await ask(batch[0].path, {
        method: 'POST', keepalive: batch[0].size <= requestBytes,
        body: items[1] ? `[${items}]` : items[0],
      })
      const receipts = [answer].flat().filter(receipt => receipt?.id)
      if (receipts.length !== items.length) throw new Error()
      for (const call of batch) {
        queue.delete(call)
        call.resolve?.(receipts.splice(0, call.items.length))
        forget(call.name)
      }
      failures = 0
      if (Date.now() >= earliest) resume()
    } catch (error) {
      for (const call of batch) call.isSent = false
      fail(batch, error)
    }
    wake()
  }

  function fail(batch, error) {
    const { status, problem, retryAfter } = error instanceof EnsueError && error
    const isPassing = !(status < 500) || [408, 425, 429].includes(status)
    const isTheirs = [400, 409, 413, 415, 422].includes(status)
    if (batch[1] && (isTheirs || status === 500)) {
      for (const call of batch) call.most = Math.ceil(batch.length / 8)
    } else if (!isPassing) {
      for (const call of batch) {
        queue.delete(call)
        call.reject(error)
        if (isTheirs && /^urn:ensue:problem:/.test(problem.type)) forget(call.name)
      }
    }
    if (!isPassing) return
    // Others first.
    for (const call of status === 500 ? batch : calls(false)) {
      if (call.path === batch[0].path) queue.delete(call) && queue.add(call)
    }
    if (retryAfter > 0) earliest = Date.now() + Math.min(retryAfter, 86_400_000)
    const wait = Math.max(earliest - Date.now(), 500 * 2 ** Math.min(failures++, 6))
    clearTimeout(timer)
    timer = setTimeout(resume, wait * (1 + Math.random() / 2))
  }

  async function ask(path, request, seconds = 30) {
    const signal = AbortSignal.timeout(seconds * 1000)
    const answer = await fetch(`${root}/v1/${path}`, { ...request, headers, signal })
    if (answer.ok) return answer.json()
    const problem = await answer.json().catch(() => {})
    const after = answer.headers.get('Retry-After')
    const retryAfter = after * 1000 || Date.parse(after) - Date.now()
    const { status, statusText: title } = answer
    throw new EnsueError({ title, ...problem, status }, retryAfter)
  }

  // The time is when it happened, perhaps long before it can be sent.
  const record = events => submit('events', events, { time: new Date().toISOString() })

  // What other pages left, or are sending too: it has its keys.
  for (const [name, text] of Object.entries(storage ?? {}).sort()) {
    if (name.startsWith(prefix)) attempt(() => add(name, ...JSON.parse(text))) ?? forget(name)
  }
  wake()
  // The page may be about to end.
  for (const event of ['online', 'pagehide', 'visibilitychange']) {
    globalThis.addEventListener?.(event, () => Date.now() < earliest || send())
  }
  return {
    record,
    log: (type, data = {}) => record({ type, data }),
    request: effects => submit('effects', effects),
    effect: (id, { wait = 0 } = {}) =>
      ask(`effects/${encodeURIComponent(id)}?wait=${wait}`, {}, wait + 30),
    get pending() { return queue.size },
  }
}

const newKey = () => `${Date.now()}-${Math.random()}-${Math.random()}`

function attempt(action) {
  try {
    return action()
  } catch {}
}
