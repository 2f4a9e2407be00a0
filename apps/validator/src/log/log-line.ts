import { printableText } from "@assay/sandbox-host";
import { z } from "zod";

const logLine = z.looseObject({
  level: z.string(),
  time: z.string(),
  msg: z.string().optional(),
  source: z.string().optional(),
});

/** Facts that are the same in every line of one evaluation: noise for somebody who reads it alone. */
const IDENTITY = new Set(["evaluationId", "challengeId", "validatorId"]);

/** One line of the JSON log as people read it: time of day, severity, who speaks, text, facts. Control characters are escaped. */
export function renderLogLine(json: string): string {
  const { level, time, msg = "", source, ...facts } = logLine.parse(JSON.parse(json));
  const speaker = source === undefined ? "" : `${source}: `;
  const shownFacts = Object.entries(facts)
    .filter(([name]) => !IDENTITY.has(name))
    .map(([name, value]) => `  ${name}=${factText(value)}`)
    .join("");
  return `${printableText(`${timeOfDay(time)} ${level.padEnd(5)} ${speaker}${msg}${shownFacts}`)}\n`;
}

function factText(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(factText).join(",");
  const message = z.looseObject({ message: z.string() }).safeParse(value);
  return message.success ? message.data.message : JSON.stringify(value);
}

function timeOfDay(time: string): string {
  return time.slice(time.indexOf("T") + 1).replace("Z", "");
}
