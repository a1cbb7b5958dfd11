import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { sample } from '../testing.ts'

export const STUDY = '2.25.77'
const REPORT = Buffer.from('no film at all')

interface Asked {
  url: string
  accept: string
  authorization: string
}

/** A small DICOMweb server (PS3.18): QIDO-RS for studies, WADO-RS for one; it lets in the user `reader` with the password `s3cret`, and ends with the test. */
export async function webNode(t: TestContext, { cut = 0, instances = ['003', '005'], lead = '' } = {}) {
  const asked: Asked[] = []
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url!, 'http://node')
    asked.push({ url: request.url!, accept: request.headers.accept ?? '', authorization: request.headers.authorization ?? '' })
    if (request.headers.authorization !== `Basic ${Buffer.from('reader:s3cret').toString('base64')}`) return void response.writeHead(401).end()
    if (pathname === '/dicom-web/moved/studies') return void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
    if (pathname === '/dicom-web/studies') {
      if (searchParams.get('PatientID') === 'NOBODY') return void response.writeHead(204).end()
      const studies = [[STUDY, '20200102', 2], ['2.25.78', '20210304', 1]].map(([uid, date, count]) => ({
        '0020000D': { vr: 'UI', Value: [uid] }, '00080020': { vr: 'DA', Value: [date] }, '00100010': { vr: 'PN', Value: [{ Alphabetic: 'SAMPLE^THREE' }] },
        '00100020': { vr: 'LO', Value: ['SAMPLE-003'] }, '00080061': { vr: 'CS', Value: ['DX', 'SR'] }, '00201208': { vr: 'IS', Value: [count] }, '00081030': { vr: 'LO' },
      }))
      return void response.writeHead(200, { 'content-type': 'application/dicom+json' }).end(JSON.stringify([...studies, { '0020000D': { vr: 'UI', Value: ['../../etc'] } }]))
    }
    const bodies = [...instances.map((name) => readFileSync(sample(name))), REPORT]
    const whole = Buffer.concat([Buffer.from(lead), ...bodies.flatMap((body) => [Buffer.from('\r\n--MESSAGE BOUNDARY\r\nContent-Type: application/dicom\r\n\r\n'), body]), Buffer.from('\r\n--MESSAGE BOUNDARY--\r\n')])
    response.writeHead(200, { 'content-type': 'multipart/related; type="application/dicom"; boundary="MESSAGE BOUNDARY"' })
    // In pieces of odd sizes, so that delimiters fall between them.
    const sent = cut ? whole.subarray(0, whole.length - cut) : whole
    for (let at = 0, size = 1; at < sent.length; at += size, size = (size * 7 + 13) % 65_521) response.write(sent.subarray(at, at + size))
    response.end()
  }
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/dicom-web`, asked }
}
