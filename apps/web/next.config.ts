import { join } from 'node:path';
import type { NextConfig } from 'next';

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // `npm run check` judges types, for the whole project at once.
  typescript: { ignoreBuildErrors: true },
  transpilePackages: ['@strata/profile'],
  turbopack: { root: join(import.meta.dirname, '..', '..') },
};

export default config;
