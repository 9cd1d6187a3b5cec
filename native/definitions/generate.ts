import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  constants,
  dropReasons,
  eventKinds,
  type FieldType,
  outcomes,
  records,
  samplerErrorCodes,
  symbolizerErrorCodes,
  tallies,
  unwindKinds,
  unwindPlaces,
} from './definitions.ts';

const root = join(import.meta.dirname, '..', '..');
const NOTICE =
  'Generated from native/definitions/definitions.ts. Change that, then run: node native/definitions/generate.ts';

const lists: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['tally', tallies],
  ['outcome', outcomes],
  ['drop_reason', dropReasons],
  ['event_kind', eventKinds],
  ['unwind_kind', unwindKinds],
  ['unwind_place', unwindPlaces],
];

/** The type of a field's elements, and how many there are of an array. */
function elementsOf(type: FieldType): { element: string; count: number | null } {
  const [, element, count] = /^(\w+)(?:\[(\d+)\])?$/.exec(type)!;
  return { element: element!, count: count === undefined ? null : Number(count) };
}

const alignmentOf = (type: FieldType) => Number(elementsOf(type).element.slice(1)) / 8;
const sizeOf = (type: FieldType) => alignmentOf(type) * (elementsOf(type).count ?? 1);

function rustType(type: FieldType): string {
  const { element, count } = elementsOf(type);
  const name = element.replace('s', 'i');
  return count === null ? name : `[${name}; ${count}]`;
}

function cField(field: string, type: FieldType): string {
  const { element, count } = elementsOf(type);
  return `    __${element} ${field}${count === null ? '' : `[${count}]`};`;
}

const pascal = (name: string) => name.replaceAll(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
const camel = (name: string) => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const upper = (name: string) => name.toUpperCase();

/** Offsets of a record's fields; refuses what a compiler would pad. */
function layout(name: string): { size: number; offsets: readonly (readonly [string, number])[] } {
  let size = 0;
  const offsets = records[name]!.map(([field, type]) => {
    if (size % alignmentOf(type) !== 0) throw new Error(`${name}.${field} is not aligned`);
    size += sizeOf(type);
    return [field, size - sizeOf(type)] as const;
  });
  if (size % 8 !== 0) throw new Error(`${name} has ${size} bytes, which is no multiple of 8`);
  return { size, offsets };
}

function cHeader(): string {
  const enums = lists.map(([name, entries]) => {
    const rows = Object.entries(entries).map(([key, meaning]) => `    ${upper(name)}_${key}, // ${meaning}`);
    return `enum ${name} {\n${rows.join('\n')}\n    ${upper(name)}_COUNT,\n};\n`;
  });
  const numbers = Object.entries(constants).map(([name, value]) => `#define ${name} ${value}\n`);
  const structs = Object.entries(records).map(([name, fields]) => {
    const rows = fields.map(([field, type]) => cField(field, type));
    return `struct ${name} {\n${rows.join('\n')}\n};\n_Static_assert(sizeof(struct ${name}) == ${layout(name).size}, "${name} has padding");\n`;
  });
  return `// ${NOTICE}\n#pragma once\n\n${enums.join('\n')}\n${numbers.join('')}\n${structs.join('\n')}`;
}

function errorEnum(name: string, meaning: string, entries: Readonly<Record<string, string>>): string {
  const variants = Object.entries(entries).map(([code, text]) => [code, pascal(code.toLowerCase()), text] as const);
  return [
    `/// ${meaning}\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub enum ${name} {\n`,
    ...variants.map(([, variant, text]) => `    /// ${text}\n    ${variant},\n`),
    `}\n\nimpl ${name} {\n    pub fn name(self) -> &'static str {\n        match self {\n`,
    ...variants.map(([code, variant]) => `            Self::${variant} => "${code}",\n`),
    '        }\n    }\n}\n',
  ].join('');
}

function rust(): string {
  const enums = lists.map(([name, entries]) => {
    const rows = Object.entries(entries).map(
      ([key, meaning], i) => `/// ${meaning}\npub const ${upper(name)}_${key}: usize = ${i};\n`,
    );
    return `${rows.join('')}pub const ${upper(name)}_COUNT: usize = ${Object.keys(entries).length};\n`;
  });
  const numbers = Object.entries(constants).map(([name, value]) => `pub const ${name}: u32 = ${value};\n`);
  const errors = [
    errorEnum('ErrorCode', 'Why the sampler does not do what it was asked.', samplerErrorCodes),
    errorEnum('SymbolizerErrorCode', 'Why something has no names.', symbolizerErrorCodes),
  ].join('\n');
  const structs = Object.entries(records).map(([name, fields]) => {
    const rows = fields.map(([field, type]) => `    pub ${field}: ${rustType(type)},`);
    return `#[repr(C)]\n#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]\npub struct ${pascal(name)} {\n${rows.join('\n')}\n}\nconst _: () = assert!(std::mem::size_of::<${pascal(name)}>() == ${layout(name).size});\n`;
  });
  return `// ${NOTICE}\n//! What C, Rust and TypeScript agree on.\n\n${enums.join('\n')}\n${numbers.join('')}\n${errors}\n${structs.join('\n')}`;
}

const names = (list: string, type: string, entries: Readonly<Record<string, string>>) => {
  const rows = Object.entries(entries).map(([key, meaning]) => `  /** ${meaning} */\n  '${key}',`);
  return `export const ${list} = [\n${rows.join('\n')}\n] as const;\nexport type ${type} = (typeof ${list})[number];\n`;
};

function typescript(): string {
  const numbers = Object.entries(constants).map(([name, value]) => `export const ${name} = ${value};\n`);
  const layouts = Object.keys(records).map((name) => {
    const { size, offsets } = layout(name);
    const rows = offsets.map(([field, offset]) => `  ${camel(field)}: ${offset},\n`);
    return `/** Byte offsets. */\nexport const ${camel(name)} = {\n  size: ${size},\n${rows.join('')}} as const;\n`;
  });
  return [
    `// ${NOTICE}\n`,
    names('TALLIES', 'Tally', tallies),
    names('OUTCOMES', 'Outcome', outcomes),
    names('DROP_REASONS', 'DropReason', dropReasons),
    names('EVENT_KINDS', 'EventKind', eventKinds),
    names('SAMPLER_ERROR_CODES', 'SamplerErrorCode', samplerErrorCodes),
    numbers.join(''),
    ...layouts,
  ].join('\n');
}

const files: readonly (readonly [string, string])[] = [
  ['native/bpf/definitions.generated.h', cHeader()],
  ['native/crates/definitions/src/lib.rs', rust()],
  ['packages/bpf/src/definitions.generated.ts', typescript()],
  [
    'packages/symbolizer/src/error-codes.generated.ts',
    `// ${NOTICE}\n\n${names('SYMBOLIZER_ERROR_CODES', 'SymbolizerErrorCode', symbolizerErrorCodes)}`,
  ],
];
const check = process.argv.includes('--check');
const stale = files.filter(([path, text]) => {
  if (!check) writeFileSync(join(root, path), text);
  return readFileSync(join(root, path), 'utf8') !== text;
});
if (stale.length > 0) {
  console.error(`Stale: ${stale.map(([path]) => path).join(', ')}. Run: node native/definitions/generate.ts`);
  process.exit(1);
}
