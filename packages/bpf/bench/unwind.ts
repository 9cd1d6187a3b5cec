// Figures of unwinding: `npm run bench:unwind -- [cost | hot | build | memory | lifetimes | first | gdb] …`; all of them by default.
// It needs root, and a machine that has nothing else to do. One JSON line per figure. What the agent as a whole costs: bench:agent,
// and on a host with many programs: bench:fleet.
import { printAgreement } from './unwind/agreement.ts';
import { printCostInMix, printHotCost } from './unwind/cost.ts';
import { printFirstStacks } from './unwind/first-stack.ts';
import { printLifetimes } from './unwind/lifetimes.ts';
import { printBuildCosts, printKernelMemory } from './unwind/memory.ts';

const PARTS: Readonly<Record<string, () => void | Promise<void>>> = {
  hot: printHotCost,
  build: printBuildCosts,
  lifetimes: printLifetimes,
  first: printFirstStacks,
  memory: printKernelMemory,
  cost: printCostInMix,
  gdb: printAgreement,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in PARTS));
if (unknown.length > 0)
  throw new Error(`There is no part named ${unknown.join(', ')}: ${Object.keys(PARTS).join(', ')}.`);
for (const [name, run] of Object.entries(PARTS)) if (asked.length === 0 || asked.includes(name)) await run();
