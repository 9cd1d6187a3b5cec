import type { CallTree } from '@strata/profile';
import type { ReadProfile } from './read-profile.ts';

/**
 * A call tree as nested JSON, as d3-flame-graph and its like read it: `{ …meta, tree: { name, file, line, inlined, value, self, children } }`
 * with values in the type's unit. Written without recursion, since stacks may be a thousand calls deep.
 */
export function writeTreeJson(meta: ReadProfile['meta'], tree: CallTree): string {
  const { functions, depth } = tree;
  const parts: string[] = [JSON.stringify(meta).slice(0, -1), ',"tree":'];
  for (let node = 0; node < depth.length; node++) {
    const row = tree.function[node]!;
    if (node > 0 && depth[node]! <= depth[node - 1]!) parts.push(']}'.repeat(depth[node - 1]! - depth[node]! + 1), ',');
    const name = node === 0 ? 'all' : functions.name[row]!;
    const file = node === 0 ? '' : functions.file[row] || functions.binary[row] || '';
    const line = node === 0 || functions.file[row] === '' ? 0 : functions.line[row]!;
    const where =
      (file === '' ? '' : `,"file":${JSON.stringify(file)}`) +
      (line === 0 ? '' : `,"line":${line}`) +
      (tree.inlined[node] === 1 ? ',"inlined":true' : '');
    parts.push(
      `{"name":${JSON.stringify(name)}${where},"value":${tree.total[node]!},"self":${tree.self[node]!},"children":[`,
    );
  }
  parts.push(']}'.repeat((depth.at(-1) ?? -1) + 1), '}');
  return parts.join('');
}
