import type { ModuleLimits } from "../defaults.ts";
import { refusalOf } from "../errors.ts";
import type { ModuleRefusal } from "../module-refusal.ts";
import { emptyDraft, readSection, type SectionDraft } from "./section-draft.ts";
import { readSections, SECTION } from "./sections.ts";

/** What could be read of a module, and why the rest could not. */
export interface DraftSurvey {
  readonly draft: SectionDraft;
  /** Whether the bytes begin as a module does. */
  readonly begun: boolean;
  /** At most one for each section, in their order; empty when all of it was read. */
  readonly refusals: readonly ModuleRefusal[];
}

/**
 * As `readDraft`, but goes on behind a section that is refused. What that one had left is missing from the draft. Only too
 * many custom sections end it: there could be millions more.
 */
export function surveyDraft(bytes: Uint8Array, limits: ModuleLimits): DraftSurvey {
  const draft = emptyDraft(limits);
  const refusals: ModuleRefusal[] = [];
  let begun = false;
  const note = (error: unknown) => {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    // Where a section is missing, the ones behind may only seem to be wrong.
    if (refusals.length === 0 || refusal.reason !== "invalid") refusals.push(refusal);
  };
  try {
    for (const section of readSections(bytes)) {
      begun = true;
      try {
        readSection(draft, section);
      } catch (error) {
        note(error);
        if (section.id === SECTION.custom) break;
      }
    }
  } catch (error) {
    note(error);
  }
  return { draft, begun: begun || refusals.length === 0, refusals };
}
