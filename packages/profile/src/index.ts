export * from './call-tree.ts';
export * from './function-totals.ts';
export * from './model.ts';
