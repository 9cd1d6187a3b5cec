import type { NamedTree } from './flame-layout.ts';
import { hashName } from './hash-name.ts';

/** Addresses longer than this are refused by servers on the way, so long paths carry abbreviated names. */
const MAX_PATH_LENGTH = 4000;
const ABBREVIATED = /^(.{0,24})~([0-9a-f]{8})$/s;

/** Names from below the root down to the node, outermost first; empty for the root. */
export function pathOf(tree: NamedTree, node: number): string[] {
  const path: string[] = [];
  for (let at = node; at > 0; at = tree.parent[at]!) path.push(tree.functions.name[tree.function[at]!]!);
  return path.reverse();
}

/** The node at the path, or −1 when it is not in this tree. */
export function nodeAt(tree: NamedTree, path: readonly string[]): number {
  let at = 0;
  for (const wanted of path) {
    const limit = tree.end[at]!;
    let child = at + 1;
    while (child < limit && !sameName(wanted, tree.functions.name[tree.function[child]!]!)) child = tree.end[child]!;
    if (child >= limit) return -1;
    at = child;
  }
  return at;
}

/** `a;b;c` with `\` before a `;` or `\` of a name; names of a very long path are cut to 24 characters and a hash. */
export function writePath(path: readonly string[]): string {
  const join = (names: readonly string[]) => names.map((name) => name.replace(/[\\;]/g, '\\$&')).join(';');
  const whole = join(path);
  if (whole.length <= MAX_PATH_LENGTH) return whole;
  return join(path.map((name) => (name.length <= 33 ? name : `${name.slice(0, 24)}~${hexHash(name)}`)));
}

/** The inverse of writePath; `''` is the root. */
export function readPath(text: string): string[] {
  if (text === '') return [];
  const names: string[] = [];
  let name = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') name += text[++i] ?? '';
    else if (text[i] === ';') {
      names.push(name);
      name = '';
    } else name += text[i];
  }
  names.push(name);
  return names;
}

const hexHash = (name: string) => hashName(name).toString(16).padStart(8, '0');

function sameName(wanted: string, name: string): boolean {
  if (wanted === name) return true;
  const short = ABBREVIATED.exec(wanted);
  return short !== null && name.startsWith(short[1]!) && hexHash(name) === short[2];
}
