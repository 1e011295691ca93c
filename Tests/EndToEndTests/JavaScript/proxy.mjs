// Stands between a client and a server, and fails as networks and servers do.
import { createServer } from 'node:http'

export async function startProxy(server) {
  const proxy = { requests: [], sizes: [] }
  const planned = []
  let lost = 0
  let refused = {}

  proxy.loseAnswers = count => { lost = count }
  proxy.refusePath = (path, status = 500) => { refused = { path, status, headers: {}, body: '' } }
  proxy.answer = (count, status, headers = {}, body = '') => {
    for (let i = 0; i < count; i++) planned.push({ status, headers, body })
  }

  const listener = createServer(async (request, response) => {
    const chunks = await request.toArray()
    const body = Buffer.concat(chunks)
    proxy.requests.push(`${request.method} ${request.url.split('?')[0]}`)
    proxy.sizes.push(body.length)
    const plan = planned.shift() ?? (request.url === refused.path && refused)
    if (plan) return response.writeHead(plan.status, plan.headers).end(plan.body)

    const { host, connection, 'content-length': length, ...headers } = request.headers
    const answer = await fetch(server + request.url, {
      method: request.method, headers, body: request.method === 'GET' ? undefined : body,
    })
    const text = await answer.text()
    if (lost-- > 0) return request.socket.destroy()
    response.writeHead(answer.status, { 'Content-Type': answer.headers.get('Content-Type') }).end(text)
  })
  await new Promise(resolve => listener.listen(0, '127.0.0.1', resolve))
  proxy.url = `http://127.0.0.1:${listener.address().port}`
  proxy.stop = () => new Promise(resolve => {
    listener.close(resolve)
    listener.closeAllConnections()
  })
  return proxy
}
