import { type CallTree, type FlameTree, layoutTree, totalsOf } from '../src/index.ts';

/** Reads a tree from indented lines `name self`; totals follow. The first line is the root. */
export function treeFromText(text: string): FlameTree {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const indent = lines[0]!.search(/\S/);
  const name: string[] = [];
  const depth = Uint16Array.from(lines, (line) => (line.search(/\S/) - indent) / 2);
  const self = Float64Array.from(lines, (line) => Number(line.trim().split(' ')[1] ?? 0));
  const fn = Uint32Array.from(lines, (line) => {
    const text = line.trim().split(' ')[0]!;
    if (!name.includes(text)) name.push(text);
    return name.indexOf(text);
  });
  const blank = name.map(() => '');
  const tree: CallTree = {
    functions: {
      name,
      file: blank,
      binary: blank,
      kind: new Uint8Array(name.length),
      line: new Uint32Array(name.length),
    },
    depth,
    function: fn,
    inlined: new Uint8Array(lines.length),
    self,
    total: totalsOf(depth, self),
  };
  return layoutTree(tree);
}
