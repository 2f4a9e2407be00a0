import { printableText } from "@assay/sandbox-host";
import {
  type AdmissionFailure,
  type ExaminationRefusal,
  explainFailure,
  explainRefusal,
} from "@assay/wasm-runtime";
import { CODE_OF_GUEST_FAILURE } from "../evaluation/report-error.ts";
import type { RefusalReport } from "../report/inspection-schema.ts";
import { shortName } from "./short-name.ts";

/** Every reason by itself: of imports that are not provided each is one. */
export function listRefusals(refusals: readonly ExaminationRefusal[]): RefusalReport[] {
  return refusals.flatMap((each) =>
    each.kind === "refused" ? [refusedModule(each)] : failures(each.failure),
  );
}

function refusedModule({
  refusal,
  functions,
}: Extract<ExaminationRefusal, { kind: "refused" }>): RefusalReport {
  const more = functions > 1 ? `; in ${functions} functions` : "";
  return {
    code: "MODULE_REFUSED",
    message: `${explainRefusal(refusal)}${more}`,
    facts: { ...refusal, ...(functions > 0 ? { functions } : {}) },
  };
}

function failures(failure: AdmissionFailure): RefusalReport[] {
  const code = CODE_OF_GUEST_FAILURE[failure.kind];
  if (failure.kind !== "link-failed") {
    const { kind: reason, ...facts } = failure;
    return [{ code, message: explainFailure(failure), facts: { reason, ...facts } }];
  }
  const missing = failure.missing.map(({ module, name, type: wanted }) => ({
    code,
    message: `nothing provides ${importName(module, name)} ${wanted}`,
    facts: { reason: "missing-import", module: shortName(module), name: shortName(name), wanted },
  }));
  const mismatched = failure.mismatched.map(({ module, name, wanted, provided }) => ({
    code,
    message: `${importName(module, name)} is ${provided}, not ${wanted} as the module wants`,
    facts: {
      reason: "mismatched-import",
      module: shortName(module),
      name: shortName(name),
      wanted,
      provided,
    },
  }));
  return [...missing, ...mismatched];
}

function importName(module: string, name: string): string {
  return printableText(`${shortName(module)}::${shortName(name)}`);
}
