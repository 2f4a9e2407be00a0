import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import quickJsBuild from "@jitl/quickjs-wasmfile-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSSyncVariant,
} from "quickjs-emscripten-core";
import type { Guest } from "./rewritten.ts";

/** Programs that people use, compiled by others, each driven by the JavaScript that it comes with. */

/** Instantiates the program's module, or what was made of it, with the imports that it comes with. */
export type Instantiate = (bytes: Uint8Array, imports: object) => { readonly exports: object };

export interface Program {
  readonly name: "QuickJS" | "SQLite";
  /** Returns what runs a text, in a state of its own: JavaScript, or SQL; its results as text. */
  readonly start: (instantiate: Instantiate) => Promise<(source: string) => string>;
}

const { resolve } = createRequire(import.meta.url);

export const QUICKJS: Program = {
  name: "QuickJS",
  async start(instantiate) {
    const bytes = readFileSync(resolve("@jitl/quickjs-wasmfile-release-sync/wasm"));
    // It is typed as its CommonJS build, whose default export stands one level deeper.
    const build = quickJsBuild as unknown as QuickJSSyncVariant;
    const variant = newVariant(build, {
      emscriptenModule: instantiatedBy(instantiate, bytes),
    });
    const module = await newQuickJSWASMModuleFromVariant(variant);
    return (source) => {
      using context = module.newContext();
      // Its own limit, in bytes of its memory, is met before that of the engine.
      context.runtime.setMaxStackSize(64 * 1024);
      using result = context.unwrapResult(context.evalCode(source));
      return String(context.dump(result));
    };
  },
};

interface SqliteModule {
  readonly Database: new () => { exec(sql: string): readonly unknown[]; close(): void };
}

export const SQLITE: Program = {
  name: "SQLite",
  async start(instantiate) {
    const bytes = readFileSync(resolve("sql.js/dist/sql-wasm.wasm"));
    const { Database } = await freshSqlite()(instantiatedBy(instantiate, bytes));
    return (source) => {
      const database = new Database();
      try {
        return JSON.stringify(database.exec(source));
      } finally {
        database.close();
      }
    };
  },
};

/** The option by which what Emscripten made lets others instantiate its module. */
function instantiatedBy(instantiate: Instantiate, bytes: Uint8Array) {
  return {
    instantiateWasm(imports: object, ready: (instance: { readonly exports: object }) => void) {
      const instance = instantiate(bytes, imports);
      ready(instance);
      return instance.exports;
    },
  };
}

/** The package keeps the first module that it makes; only a package that is loaded again makes another. */
function freshSqlite(): (options: object) => Promise<SqliteModule> {
  const require = createRequire(import.meta.url);
  delete require.cache[resolve("sql.js")];
  return require("sql.js");
}

/** Every call from outside has the whole stack; one out of a call of the host's goes on with what is left. */
export function callableFromGlue({ exports, freeStack }: Guest): Record<string, unknown> {
  let depth = 0;
  const outermost = (called: (...args: unknown[]) => unknown) => {
    return (...args: unknown[]) => {
      if (depth === 0) freeStack();
      depth += 1;
      try {
        return called(...args);
      } finally {
        depth -= 1;
      }
    };
  };
  return Object.fromEntries(
    Object.entries(exports).map(([name, value]) => [
      name,
      typeof value === "function" ? outermost((...args) => value(...args)) : value,
    ]),
  );
}
