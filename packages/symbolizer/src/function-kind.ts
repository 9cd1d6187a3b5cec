import type { FunctionKind } from '@strata/profile';

const RUNTIME_LIBRARY =
  /^(libc|libm|libdl|librt|libpthread|ld|ld-linux[^.]*|ld-musl[^.]*|libc\+\+|libc\+\+abi|libstdc\+\+|libgcc_s|libunwind|libjvm|libjli|libjava|libnio|libnet|libzip|libpython\d[\d.]*|libruby[\d.-]*|libcoreclr|libclrjit|linux-vdso|\[vdso\])([-.]|$)/;
const INTERPRETER =
  /^(node|nodejs|deno|bun|python[\d.]*|pypy[\d.]*|java|ruby[\d.]*|perl[\d.]*|php[\d.-]*(fpm)?|dotnet|lua[\d.]*)$/;
const LIBRARY_PATH = /^(\/usr)?\/lib(32|64|x32)?\/|\.so(\.[\d.]+)?$|\.node$/;
const RUNTIME_NAME =
  /^(runtime\.|runtime\/|v8::|node::|uv__|uv_|_PyEval|_PyFunction|_PyObject|PyObject_|PyEval_|_start$|__libc_start|_dl_)/;
const LIBRARY_NAME = /^<?(std|core|alloc|__gnu_cxx|tokio|hashbrown|absl|boost)::/;
const DEPENDENCY_FILE =
  /\/(pkg\/mod|vendor|node_modules|site-packages|dist-packages|\.cargo\/registry|rustc)\/|\/go\/src\//;

/** What a binary is, by its path alone. */
export function kindOfBinary(path: string): FunctionKind {
  const base = baseName(path);
  if (RUNTIME_LIBRARY.test(base) || INTERPRETER.test(base)) return 'runtime';
  return LIBRARY_PATH.test(path) ? 'library' : 'application';
}

/** What a function is: its binary's kind, but in an application's binary what was linked in is told by its name. */
export function kindOfFunction(name: string, file: string, binary: FunctionKind): FunctionKind {
  if (binary !== 'application') return binary;
  if (RUNTIME_NAME.test(name)) return 'runtime';
  return LIBRARY_NAME.test(name) || DEPENDENCY_FILE.test(file) ? 'library' : 'application';
}

/** The last part of a path; what is not a path stays as it is. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
