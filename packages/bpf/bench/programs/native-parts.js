// What Node does in C++: JSON, regular expressions, compression, cryptography, on the main thread and in libuv's pool.
import { createCipheriv, createHash, createSign, generateKeyPairSync, pbkdf2, scryptSync } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompressSync, deflate, gunzipSync, gzipSync } from 'node:zlib';

const items = Array.from({ length: 800 }, (_, id) => ({
  id,
  name: `item-${id}`,
  values: [id, id / 3, -id],
  nested: { tags: [`${id}`, 'ä\n"'] },
}));
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const deriveKey = promisify(pbkdf2);
const compress = promisify(deflate);

for (let round = 0; ; round++) {
  const text = JSON.stringify(items);
  const parsed = JSON.parse(text);
  const found = text.match(/"name":"(item-\d+)"(?:,|\})/g).length;
  const replaced = text.replace(/(\d+)(?=[,\]])/g, (digits) => `<${digits}>`).split(/[<>]/).length;
  const packed = gzipSync(text);
  const small = brotliCompressSync(text.slice(0, 20_000), {});
  const digest = createHash('sha512').update(gunzipSync(packed)).update(small).digest();
  const cipher = createCipheriv('aes-256-gcm', digest.subarray(0, 32), digest.subarray(32, 44));
  const sealed = Buffer.concat([cipher.update(packed), cipher.final()]);
  createSign('sha256').update(sealed).sign(privateKey);
  scryptSync('password', digest, 32, { N: 256 });
  await Promise.all([deriveKey('password', digest, 500, 64, 'sha256'), compress(text), compress(sealed)]);
  const sorted = structuredClone(parsed).sort((a, b) => a.name.localeCompare(b.name, 'de'));
  Intl.NumberFormat('de').format(sorted.length + found + replaced + round);
  Buffer.from(text).toString('base64');
}
