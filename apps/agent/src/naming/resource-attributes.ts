/**
 * `OTEL_RESOURCE_ATTRIBUTES`: `key=value` pairs between commas, percent-encoded as W3C Baggage has it (OpenTelemetry,
 * resource SDK). One pair that cannot be read does not spoil the others.
 */
export function parseResourceAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const pair of text.split(',')) {
    const equals = pair.indexOf('=');
    if (equals <= 0) continue;
    const key = decode(pair.slice(0, equals).trim());
    const value = decode(pair.slice(equals + 1).trim());
    if (key && value) attributes.set(key, value);
  }
  return attributes;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
