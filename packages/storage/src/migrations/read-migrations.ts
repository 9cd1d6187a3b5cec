import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Migration {
  readonly version: number;
  readonly name: string;
  /** SHA-256 of the file. */
  readonly checksum: string;
  /** With `{database}` in place of the database's name. */
  readonly statements: readonly string[];
}

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../../../../db/migrations');
const NAME = /^(\d{4})_([a-z0-9]+(?:_[a-z0-9]+)+)\.sql$/;

/** The files of db/migrations in order. Statements end with a semicolon at the end of a line. */
export function readMigrations(folder: string = FOLDER): readonly Migration[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));
  return files.sort().map((file, index) => {
    const [, version, name] = NAME.exec(file) ?? [];
    if (Number(version) !== index + 1) throw new Error(`${file} in ${folder} should be migration ${index + 1}.`);
    const text = readFileSync(join(folder, file), 'utf8');
    return {
      version: index + 1,
      name: name!,
      checksum: createHash('sha256').update(text).digest('hex'),
      statements: statementsOf(text),
    };
  });
}

function statementsOf(text: string): readonly string[] {
  const withoutComments = text.replace(/^\s*--.*$/gm, '');
  return withoutComments
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
