import { bincode } from "../bincode/builders.ts";

const { f32, option, string, struct, u32, vec } = bincode;

/** One turn of a conversation; head only, as all of `platform_llm`. */
export const llmMessage = struct({ role: string, content: string });

/** What a guest asks `llm_chat_completion` for. */
export const llmRequest = struct({
  model: string,
  messages: vec(llmMessage),
  maxTokens: u32,
  temperature: f32,
});

/** How many tokens a completion took. */
export const llmUsage = struct({ promptTokens: u32, completionTokens: u32, totalTokens: u32 });

/** What `llm_chat_completion` writes; it is not wrapped in a `Result`, failures are status codes. */
export const llmResponse = struct({ content: string, usage: option(llmUsage) });
