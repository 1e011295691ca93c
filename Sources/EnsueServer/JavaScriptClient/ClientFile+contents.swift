// Written by Scripts/embed-client from client.js and client.d.ts; not to be edited.

extension ClientFile {
    static let script = ClientFile(
        type: "text/javascript; charset=utf-8", tag: "\"b1314343bcac0030\"",
        text: ##"""
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

            """##)

    static let declarations = ClientFile(
        type: "application/typescript; charset=utf-8", tag: "\"f4124844770ff795\"",
        text: ##"""
            /**
             * A client for an Ensue server, for browsers and for Node 18 and newer.
             *
             * ```js
             * import { connect } from '/client.js'
             *
             * const ensue = connect()
             * await ensue.log('polls.PollCompleted', { phone: '+46701740605', score: 9 })
             * ```
             *
             * A call that is not confirmed is kept, in browsers also in `localStorage`, and sent again: after
             * network errors, 408, 425, 429 and 5xx, with growing pauses and not before `Retry-After` (of which
             * a day counts at most); if the server named no time, at once when the browser is online again; and
             * by the next page, if this one is closed. Everything carries a key, so that nothing happens twice.
             * If the storage is full or forbidden, a call is kept in memory alone: it is sent all the same, but
             * is lost if the page is closed before it is confirmed.
             *
             * Other answers reject the promise, and this client does not send the call again. What Ensue itself
             * refuses with 400, 409, 413, 415 or 422 is forgotten. What is not the call's fault, such as 401,
             * 403 or a proxy's 404, stays in the storage, and the next page sends it: who calls again without
             * waiting for that gives the same `key` both times, or has it twice. If an earlier page's call is
             * refused, the console is told.
             *
             * Calls of the same moment go out together, as do those that are made while a request is under way:
             * events and effects apart, each in their order, until one fails by itself; others then go first.
             * The array of one call is one transaction; calls do not depend on each other.
             */
            export function connect(options?: Options): Client

            export interface Options {
              /** The server. By default, where this module came from; in Node it has to be given. */
              url?: string
              /**
               * An API key. It is not stored; its public part, `ensue_sk_<id>`, is: what was left under another
               * key is not touched.
               */
              key?: string
              /** The account to speak for. What earlier pages left of other accounts is not touched. */
              account?: string
              /**
               * Where unconfirmed calls are kept: by default `localStorage`, if any; null means in memory. An
               * entry in it that cannot be read is removed.
               */
              storage?: Storage | null
              fetch?: typeof fetch
              /** How many calls may wait; a further one is refused. 1000 by default. */
              limit?: number
            }

            export interface Client {
              /** Records an event: `record({ type, data })`. */
              log(type: string, data?: unknown): Promise<Receipt>

              /** Records an event. Resolves when it is durable, however long the network is away. */
              record(event: Event): Promise<Receipt>
              /** Records events in one transaction: all of them, or none. */
              record(events: readonly Event[]): Promise<Receipt[]>

              /** Requests an effect. Resolves when the request is durable; it is handled later. */
              request(effect: Effect): Promise<RequestReceipt>
              /** Requests effects in one transaction: all of them, or none. */
              request(effects: readonly Effect[]): Promise<RequestReceipt[]>

              /** Reads an effect, and waits up to `wait` seconds, at most 60, for its end. Asks once. */
              effect(id: string, options?: { wait?: number }): Promise<EffectRecord>

              /** How many calls are not confirmed, those of earlier pages included. */
              readonly pending: number
            }

            export interface Event {
              /** Such as `polls.PollCompleted`. */
              type: string
              data: unknown
              /** The second event with a key is the first one. Generated where it is absent. */
              key?: string
              /** `/<type>/<key>` */
              source?: string
              tags?: readonly string[]
              /** ISO 8601. When it happened; by default the time of the call. */
              time?: string
            }

            export interface Effect {
              /** Such as `sms.send`. */
              kind: string
              payload: unknown
              /** The second request with a key is the first one. Generated where it is absent. */
              key?: string
              /** ISO 8601. Not to be handled earlier. */
              due?: string
              priority?: 'urgent' | 'high' | 'normal' | 'low' | 0 | 1 | 2 | 3
              approval?: 'required'
            }

            export interface Receipt {
              id: string
              /** Whether its key was known already. */
              duplicate: boolean
            }

            export type State =
              | 'held' | 'scheduled' | 'ready' | 'running' | 'deferred' | 'uncertain'
              | 'completed' | 'failed' | 'cancelled'

            export interface RequestReceipt extends Receipt {
              state?: State
            }

            /** The members that every effect has; `GET /v1/effects/{id}` is described in `/openapi.json`. */
            export interface EffectRecord {
              id: string
              account: string
              kind: string
              payload: unknown
              state: State
              /** What the handler returned, if it is completed. */
              output?: unknown
              /** Why it failed, or was cancelled. */
              error?: string
              [member: string]: unknown
            }

            /** What the server, or a proxy, refused; the message is the problem's detail, or else its title. */
            export class EnsueError extends Error {
              constructor(problem: Problem, retryAfter?: number)
              readonly name: 'EnsueError'
              readonly status: number
              readonly problem: Problem
              /** Milliseconds; not a number where the server did not say. */
              readonly retryAfter?: number
            }

            /** A problem document of RFC 9457; of an answer that is none, its status and reason alone. */
            export interface Problem {
              /** Such as `urn:ensue:problem:unknown-kind`. */
              type?: string
              title: string
              status: number
              detail?: string
              /** The bad elements of an array of several. */
              errors?: { index: number, type: string, detail: string }[]
              [member: string]: unknown
            }

            """##)
}
