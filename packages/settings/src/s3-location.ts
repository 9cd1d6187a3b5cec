/** A place on an S3 server; `prefix` is '' or ends with `/`. */
export interface S3Location {
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string;
  /** Null: Amazon's own. */
  readonly endpoint: string | null;
}

const PARAMETERS = ['endpoint', 'region'];

/**
 * Reads `s3://BUCKET/PREFIX?endpoint=http://…&region=…`; prefix and parameters may be left out. A text that is none of this is
 * answered by what is wrong with it, to be put behind its name.
 */
export function parseS3Location(text: string): S3Location | string {
  const url = URL.parse(text);
  if (url?.protocol !== 's3:' || url.hostname === '') return 'it must have the form s3://BUCKET/PREFIX';
  if (url.username !== '' || url.password !== '') {
    return 'it must have no key in it: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead';
  }
  const unknown = [...url.searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) return `it has the parameter ${unknown}, and known are ${PARAMETERS.join(' and ')}`;
  const endpoint = url.searchParams.get('endpoint');
  if (endpoint !== null && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
    return 'its endpoint is no http or https address';
  }
  const path = url.pathname.replace(/^\/+|\/+$/g, '');
  if (!/^[\w./-]*$/.test(path)) return 'its prefix may have letters, digits and . _ - / only';
  return {
    bucket: url.hostname,
    prefix: path === '' ? '' : `${path}/`,
    region: url.searchParams.get('region') ?? 'us-east-1',
    endpoint,
  };
}
