// Records events and requests effects, each once, even if the network fails or the page is
// closed. Explained in client.d.ts.

const requestBytes = 60_000 // All requests that outlive a page may have 64 KiB.

export class EnsueError extends Error {
  name = 'EnsueError'

  constructor(problem, retryAfter) {
    super(problem.detail ?? problem.title)
    Object.assign(this, { problem, status: problem.status, retryAfter })
  }
}

export function connect({
  url = new URL('.', import.meta.url).href, key, account, limit = 1000,
  storage = pageStorage(), fetch = globalThis.fetch,
} = {}) {
  if (!/^https?:/.test(url)) throw new TypeError("'url' must be the address of an Ensue server")
  const root = String(url).replace(/\/+$/, '')
  const prefix = `ensue ${root} ${account ?? ''} `
  const headers = { 'Content-Type': 'application/json' }
  if (key) headers.Authorization = `Bearer ${key}`
  if (account) headers['Ensue-Account'] = account

  const queue = [] // calls that are not confirmed
  let count = 0
  let failures = 0
  let timer // of the next try
  let isTold = false // when, by the server

  async function submit(path, input, defaults) {
    const items = [input].flat().map(item => ({ ...defaults, ...item, key: item.key ?? newKey() }))
    if (!items.length) return []
    if (queue.length >= limit) throw new Error(`${limit} calls are waiting already`)
    const text = JSON.stringify(items).slice(1, -1)
    const call = { path, text, items: items.length, size: new Blob([text]).size + 1 }
    call.name = `${prefix}${Date.now() * 1000 + count++ % 1000} ${newKey()}`
    try {
      storage?.setItem(call.name, JSON.stringify(call))
    } catch {} // full: the call is in memory alone
    const receipts = await new Promise((resolve, reject) => {
      queue.push(Object.assign(call, { resolve, reject }))
      wake()
    })
    return Array.isArray(input) ? receipts : receipts[0]
  }

  // One request at a time, so that calls gather meanwhile.
  function wake() {
    queueMicrotask(() => timer || queue.some(call => call.isSent) || send(take(requestBytes)))
  }

  function retry() {
    timer = clearTimeout(timer)
    wake()
  }

  // The page may be about to end: what fails now, the next page sends.
  function flush() {
    if (!timer || !isTold) send(take(requestBytes - size(queue.filter(call => call.isSent))))
  }

  function take(room) {
    const batch = []
    let items = 0
    for (const call of queue.filter(call => !call.isSent)) {
      const { path, isAlone } = batch[0] ?? call
      room -= call.size
      items += call.items
      const fits = room > 0 && items <= 1000 && call.path === path && !isAlone && !call.isAlone
      if (batch[0] && !fits) break
      batch.push(call)
    }
    return batch
  }

  async function send(batch) {
    if (!batch[0]) return
    for (const call of batch) call.isSent = true
    const body = `[${batch.map(call => call.text)}]`
    const keepalive = size(batch) <= requestBytes
    try {
      const receipts = await ask(batch[0].path, { method: 'POST', body, keepalive })
      for (const call of batch) settle(call, call.resolve, receipts.splice(0, call.items))
      failures = 0
    } catch (error) {
      for (const call of batch) call.isSent = false
      fail(batch, error)
    }
    wake()
  }

  function fail(batch, { status, problem, retryAfter }) {
    const [call] = batch
    const isRefused = status >= 400 && status < 500 && status !== 429
    if (status && batch[1]) {
      // Those that are named, or else all, are sent again alone.
      const owners = batch.flatMap(call => Array(call.items).fill(call))
      const bad = problem.errors?.map(error => owners[error.index]) ?? []
      for (const call of bad[0] ? bad : batch) call.isAlone = true
    } else if (isRefused) {
      const own = call.items > 1 ? problem : { ...problem, ...problem.errors?.[0] }
      settle(call, call.reject ?? console.warn, new EnsueError(own))
    } else if (status) {
      queue.push(...queue.splice(queue.indexOf(call), 1)) // others first
    }
    if (isRefused) return
    const wait = Math.max(retryAfter || 0, 500 * 2 ** Math.min(failures++, 6))
    isTold = retryAfter > 0
    clearTimeout(timer)
    timer = setTimeout(retry, Math.min(wait * (1 + Math.random() / 2), 86_400_000))
  }

  function settle(call, tell, result) {
    queue.splice(queue.indexOf(call), 1)
    storage?.removeItem(call.name)
    tell?.(result)
  }

  async function ask(path, request, seconds = 30) {
    const signal = AbortSignal.timeout(seconds * 1000)
    const answer = await fetch(`${root}/v1/${path}`, { ...request, headers, signal })
    if (answer.ok) return answer.json()
    const { status, statusText: title } = answer
    const problem = await answer.json().catch(() => ({}))
    const after = answer.headers.get('Retry-After')
    const retryAfter = after * 1000 || Date.parse(after) - Date.now()
    throw new EnsueError({ title, status, ...problem }, retryAfter)
  }

  // An event's time is when it happened, perhaps long before it can be sent.
  const record = events => submit('events', events, { time: new Date().toISOString() })

  // What other pages left, or are sending too: the keys keep it from happening twice.
  for (const [name, text] of Object.entries(storage ?? {}).sort()) {
    if (name.startsWith(prefix)) queue.push(JSON.parse(text))
  }
  wake()
  if (globalThis.document) {
    addEventListener('online', retry)
    addEventListener('pagehide', flush)
    addEventListener('visibilitychange', () => document.hidden && flush())
  }
  return {
    record,
    log: (type, data = {}) => record({ type, data }),
    request: effects => submit('effects', effects),
    effect: (id, { wait = 0 } = {}) => ask(`effects/${id}?wait=${wait}`, {}, wait + 30),
    get pending() { return queue.length },
  }
}

const size = calls => calls.reduce((sum, call) => sum + call.size, 0)

// Without https there is no randomUUID.
const newKey = () =>
  globalThis.crypto?.randomUUID?.() ?? `${Date.now()} ${Math.random()} ${Math.random()}`

function pageStorage() {
  try {
    return globalThis.document && localStorage
  } catch {}
}
