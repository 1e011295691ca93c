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
