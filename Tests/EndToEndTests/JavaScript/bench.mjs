// The client as a Node program gets it, the real server at ENSUE_URL with the store ENSUE_STORE, and a proxy that fails.
import { execFileSync } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startProxy } from './proxy.mjs'

export const server = process.env.ENSUE_URL

// Downloaded, and imported from a file.
const file = join(await mkdtemp(join(tmpdir(), 'ensue-client-')), 'ensue.mjs')
await writeFile(file, await (await fetch(`${server}/client.js`)).text())
export const { connect, EnsueError } = await import(pathToFileURL(file))

let types = 0
/** A type that no other test has, in whichever process it runs. */
export const newType = () => `node${process.pid}.Test${++types}`

/** The events of a type, the oldest first. */
export function stored(type, account = 'default') {
  const sql = `SELECT id, data, time FROM events WHERE type = '${type}' AND account = '${account}' ORDER BY id`
  const rows = execFileSync('sqlite3', ['-readonly', '-json', process.env.ENSUE_STORE, sql], { encoding: 'utf8' })
  return JSON.parse(rows || '[]').map(row => ({ id: String(row.id), data: JSON.parse(row.data), time: row.time }))
}

export class MemoryStorage {
  setItem(name, text) { this[name] = text }
  removeItem(name) { delete this[name] }
}

/** A `fetch` that never answers. */
export const never = () => new Promise(() => {})

export async function proxied(body) {
  const proxy = await startProxy(server)
  try {
    await body(proxy, options => connect({ url: proxy.url, ...options }))
  } finally {
    await proxy.stop()
  }
}
