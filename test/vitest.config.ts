import { defineConfig, mergeConfig } from "vitest/config";
import { packageTests } from "../vitest.shared.ts";

export default mergeConfig(packageTests("workspace"), defineConfig({ test: { include: ["*.test.ts"] } }));
