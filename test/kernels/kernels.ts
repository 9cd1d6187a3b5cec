import type { DebianKernel } from './kernel-package.ts';

/** From the oldest that is supported to the newest there is: rb tree or maple tree, with and without bpf_loop, real-time. */
export const KERNELS: readonly (DebianKernel & { readonly hasLoop: boolean })[] = [
  { name: '5.10', suite: 'bullseye-security', release: /^5\.10\.\d+-\d+-cloud-amd64$/, hasLoop: false },
  { name: '6.1', suite: 'bookworm-security', release: /^6\.1\.\d+-\d+-cloud-amd64$/, hasLoop: true },
  { name: '6.1-rt', suite: 'bookworm-security', release: /^6\.1\.\d+-\d+-rt-amd64$/, hasLoop: true },
  { name: '6.12', suite: 'bookworm-security', release: /^6\.12\.\d+\+deb12-cloud-amd64$/, hasLoop: true },
  { name: '6.12-rt', suite: 'bookworm-security', release: /^6\.12\.\d+\+deb12-rt-amd64$/, hasLoop: true },
  { name: 'newest', suite: 'trixie-backports', release: /^\d+\.\d+\.\d+\+deb13-cloud-amd64$/, hasLoop: true },
];

/** Its types can be taken from its image: it is compressed with zstd. */
export const WITHOUT_TYPES = KERNELS.find(({ name }) => name === '6.12')!;
