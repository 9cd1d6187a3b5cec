export * from './call-tree.ts';
export * from './model.ts';
