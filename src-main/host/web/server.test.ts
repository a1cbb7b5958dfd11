import assert from 'node:assert/strict'
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import type { Handlers } from '#shared/contracts/index.ts'
import { CodedError } from '#shared/errors.ts'
import { createDispatch } from '../dispatch.ts'
import { startWebServer, type WebServer } from './server.ts'

let folder: string
let server: WebServer
let base: URL
let cookie: string

// Only what these tests ask; the dispatcher itself is the real one.
const handlers = {
  'studies.get': ({ study }: { study: string }) => {
    throw new CodedError('STUDY_NOT_FOUND', `There is no study ${study}.`, { remedy: 'Look it up again.' })
  },
  'jobs.list': () => [],
} as unknown as Handlers

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'web-'))
  await mkdir(join(folder, 'page'))
  await writeFile(join(folder, 'page', 'index.html'), '<!doctype html>page')
  await writeFile(join(folder, 'secret.txt'), 'secret')
  server = await startWebServer({
    pageFolder: join(folder, 'page'),
    inbox: join(folder, 'inbox'),
    dispatch: createDispatch(handlers),
    media: async (asked) => new Response(`media ${new URL(asked.url).pathname}`),
    port: 0,
    maxUploadBytes: 1000,
  })
  base = new URL(server.address)
  const entered = await get(`/${base.search}`)
  cookie = String(entered.headers['set-cookie']).split(';')[0]!
})

after(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

interface Got {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** Plain `http.request`: unlike fetch it sends paths and Host as they are. */
function get(path: string, options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: base.port, path, method: options.method ?? 'GET', headers: options.headers ?? {} }, (answer) => {
      let body = ''
      answer.on('data', (chunk) => (body += String(chunk)))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }))
    })
    asked.on('error', reject)
    asked.end(options.body)
  })
}

async function connect(headers: Record<string, string>): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${base.port}/rpc`, { headers })
  await once(socket, 'open')
  return socket
}

async function ask(socket: WebSocket, message: unknown): Promise<Record<string, unknown>> {
  socket.send(JSON.stringify(message))
  const [data] = (await once(socket, 'message')) as [Buffer]
  return JSON.parse(String(data)) as Record<string, unknown>
}

test('the printed address sets a cookie that scripts cannot read, and leaves the token behind', async () => {
  const answer = await get(`/${base.search}`)
  assert.equal(answer.status, 303)
  assert.equal(answer.headers['location'], '/')
  assert.match(String(answer.headers['set-cookie']), /HttpOnly; SameSite=Strict/)
  assert.ok(!String(answer.headers['set-cookie']).includes(base.searchParams.get('token')!), 'the cookie is not the token')
})

test('without the cookie nothing is served; a wrong token opens nothing', async () => {
  for (const path of ['/', '/media/thumbnail/1', '/assets/x.js']) assert.equal((await get(path)).status, 401, path)
  const wrong = await get('/?token=guess')
  assert.equal(wrong.status, 403)
  assert.equal(wrong.headers['set-cookie'], undefined)
  assert.equal((await get('/', { headers: { cookie: `xclassifier-${base.port}=guess` } })).status, 401)
})

test('the page comes with its policy', async () => {
  const answer = await get('/', { headers: { cookie } })
  assert.equal(answer.status, 200)
  assert.equal(answer.body, '<!doctype html>page')
  const policy = String(answer.headers['content-security-policy'])
  assert.match(policy, /default-src 'self'/)
  assert.doesNotMatch(policy, /unsafe/)
  assert.equal(answer.headers['x-content-type-options'], 'nosniff')
})

test('a foreign host name or page is refused even with the cookie', async () => {
  assert.equal((await get('/', { headers: { cookie, host: 'evil.example' } })).status, 403, 'a name made to point at us')
  assert.equal((await get(`/${base.search}`, { headers: { host: `evil.example:${base.port}` } })).status, 403)
  assert.equal((await get('/media/film/1', { headers: { cookie, origin: 'http://evil.example' } })).status, 403)
  assert.equal((await get('/upload?name=a&batch=b', { method: 'POST', headers: { cookie }, body: 'x' })).status, 403, 'a POST must say where it comes from')
  for (const headers of [{ cookie, origin: 'http://evil.example' }, { cookie }, { origin: base.origin }] as Record<string, string>[]) {
    await assert.rejects(connect(headers), /403|401/)
  }
})

test('no path leads out of the page folder', async () => {
  for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/..%2f..%2fsecret.txt', '/%00', '/%']) {
    const answer = await get(path, { headers: { cookie } })
    assert.ok(answer.status >= 400, `${path}: ${answer.status}`)
    assert.ok(!answer.body.includes('secret\n') && answer.body !== 'secret', path)
  }
})

test('media goes to the services', async () => {
  assert.equal((await get('/media/film/7', { headers: { cookie } })).body, 'media /media/film/7')
})

test('an upload lands in the inbox under its batch; names that climb, and too many bytes, do not', async () => {
  const headers = { cookie, origin: base.origin }
  const good = await get('/upload?name=set/train/a.png&batch=b-1', { method: 'POST', headers, body: 'film' })
  assert.equal(good.status, 200)
  const { path } = JSON.parse(good.body) as { path: string }
  assert.equal(path, join(folder, 'inbox', 'b-1', 'set', 'train', 'a.png'))
  assert.equal(await readFile(path, 'utf8'), 'film')
  for (const name of ['../x', 'a/../../x', '/etc/x', 'a\\x', '', 'a//b']) {
    const bad = await get(`/upload?${new URLSearchParams({ name, batch: 'b-1' })}`, { method: 'POST', headers, body: 'x' })
    assert.equal(bad.status, 400, name)
    assert.match(bad.body, /UPLOAD_NAME/)
  }
  const declared = await get('/upload?name=big&batch=b-2', { method: 'POST', headers, body: Buffer.alloc(1001) })
  assert.equal(declared.status, 413)
  const streamed = await get('/upload?name=big&batch=b-3', { method: 'POST', headers: { ...headers, 'transfer-encoding': 'chunked' }, body: Buffer.alloc(1001) })
  assert.equal(streamed.status, 413)
  assert.deepEqual(await readdir(join(folder, 'inbox', 'b-3')), [], 'no partial file stays')
})

test('requests are answered by id; what fails says why in a code', async () => {
  const socket = await connect({ cookie, origin: base.origin })
  assert.deepEqual(await ask(socket, { id: 1, name: 'jobs.list', input: {} }), { id: 1, ok: true, output: [] })
  const missing = await ask(socket, { id: 2, name: 'studies.get', input: { study: 'x' } })
  assert.deepEqual(missing, { id: 2, ok: false, error: { code: 'STUDY_NOT_FOUND', message: 'There is no study x.', remedy: 'Look it up again.' } })
  const invalid = (await ask(socket, { id: 3, name: 'studies.get', input: { study: 5 } })) as { error: { code: string; message: string } }
  assert.equal(invalid.error.code, 'INVALID_REQUEST')
  assert.match(invalid.error.message, /study/)
  const unknown = (await ask(socket, { id: 4, name: 'constructor', input: {} })) as { error: { code: string } }
  assert.equal(unknown.error.code, 'UNKNOWN_REQUEST')
  socket.send('not json')
  const [code] = (await once(socket, 'close')) as [number]
  assert.equal(code, 1007)
})

test('events reach every page', async () => {
  const sockets = await Promise.all([1, 2].map(() => connect({ cookie, origin: base.origin })))
  const heard = sockets.map((socket) => once(socket, 'message') as Promise<[Buffer]>)
  server.emit('changed', { what: ['studies'] })
  for (const [data] of await Promise.all(heard)) assert.deepEqual(JSON.parse(String(data)), { event: 'changed', payload: { what: ['studies'] } })
  for (const socket of sockets) socket.terminate()
})

test('a taken port is named', async () => {
  const options = { pageFolder: folder, inbox: folder, dispatch: createDispatch(handlers), media: async () => new Response(), port: Number(base.port) }
  await assert.rejects(startWebServer(options), { code: 'PORT_IN_USE' })
})
