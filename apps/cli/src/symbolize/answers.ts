import type { OpenIndex, Resolution } from '@strata/symbolizer';
import type { Svma } from '../address.ts';

/** Above it an address is no whole number, and no file has code there. */
const ADDRESS_MOST = 2n ** 52n - 1n;
type Asked = Parameters<OpenIndex['resolve']>[0][number];
const NOTHING: Resolution = [{ function: '', file: '', line: 0 }];

/** The members that llvm-symbolizer prints, in its order; what the index does not have is as it prints what it does not know. */
function symbols(resolution: Resolution): string {
  const frames = (resolution.length === 0 ? NOTHING : resolution).map((frame) => ({
    Column: 0,
    Discriminator: 0,
    FileName: frame.file,
    FunctionName: frame.function,
    Line: frame.line,
    StartAddress: '',
    StartFileName: '',
    StartLine: 0,
  }));
  return JSON.stringify(frames);
}

/** A line for each address, in the order asked. */
export async function answerLines(
  index: OpenIndex,
  file: string,
  addresses: readonly Svma[],
  linkage: boolean,
): Promise<string> {
  const asked = addresses.map((address) => Number(address > ADDRESS_MOST ? ADDRESS_MOST : address) as Asked);
  const resolutions = await index.resolve(asked, linkage);
  // Addresses of one location share the object.
  const texts = new Map<Resolution, string>();
  const name = JSON.stringify(file);
  const lines = resolutions.map((resolution, i) => {
    let text = texts.get(resolution);
    if (text === undefined) {
      text = symbols(resolution);
      texts.set(resolution, text);
    }
    return `{"Address":"0x${addresses[i]!.toString(16)}","ModuleName":${name},"Symbol":${text}}\n`;
  });
  return lines.join('');
}
