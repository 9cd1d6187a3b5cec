import { startSampler } from '@strata/bpf';
import { readSettings, runProgram } from '@strata/settings';
import { describeElf, loadJitDump, loadKernelSymbols, loadPerfMap, openIndexStore } from '@strata/symbolizer';
import { startAgent } from './start-agent.ts';

const native = { startSampler, describeElf, loadJitDump, loadKernelSymbols, loadPerfMap, openIndexStore };

await runProgram('strata-agent', () => startAgent(readSettings(), native));
