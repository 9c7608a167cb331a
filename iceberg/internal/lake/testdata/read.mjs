// Prints the rows of an Iceberg table, one JSON object per line, as icebird reads them.
// Arguments: the folder of icebird, the path of the table's metadata, and a
// snapshot, or 0 for the current one.
import { readFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'

const [icebird, metadataFile, snapshot] = process.argv.slice(2)

// icebird reads through fetch, which does not read files.
globalThis.fetch = async (url, { method, headers } = {}) => {
  const whole = await readFile(decodeURI(url).replace(/^file:\/\//, ''))
  if (method === 'HEAD') return new Response(null, { headers: { 'Content-Length': String(whole.length) } })
  const range = /^bytes=(\d+)-(\d+)?$/.exec(new Headers(headers).get('Range') ?? '')
  if (!range) return new Response(whole)
  return new Response(whole.subarray(Number(range[1]), range[2] === undefined ? undefined : Number(range[2]) + 1), { status: 206 })
}

const { icebergRead } = await import(pathToFileURL(icebird + '/src/index.js'))
const text = await readFile(metadataFile, 'utf8')
const metadata = JSON.parse(text)
if (snapshot !== '0') {
  // Numbers of JSON lose digits of ids: so does the id to look for.
  const old = metadata.snapshots.find(s => s['snapshot-id'] === Number(snapshot))
  metadata['current-snapshot-id'] = old['snapshot-id']
  metadata['current-schema-id'] = old['schema-id']
}
const rows = await icebergRead({ tableUrl: metadata.location, metadata })
for (const row of rows) {
  console.log(JSON.stringify(row, (_, v) => typeof v === 'bigint' ? Number(v) : v))
}
