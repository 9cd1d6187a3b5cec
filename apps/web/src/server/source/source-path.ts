/**
 * The parts of a path as debug information has it, `/build/./shop/../shop/a.cpp` → `build`, `shop`, `a.cpp`; `null` for one that
 * leads out of where it starts, or that no file can have.
 */
export function partsOfPath(path: string): string[] | null {
  if (path.includes('\0')) return null;
  const parts: string[] = [];
  for (const part of path.replaceAll('\\', '/').split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.length > 0 ? parts : null;
}
