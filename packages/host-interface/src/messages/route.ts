import { bincode } from "../bincode/builders.ts";

const { bool, bytes, option, string, struct, tuple, u16, vec } = bincode;

/** A route that a challenge serves; head only. */
export const wasmRouteDefinition = struct({
  method: string,
  path: string,
  description: string,
  requiresAuth: bool,
});

/** What `get_routes` returns; head only. */
export const wasmRouteDefinitions = vec(wasmRouteDefinition);

/** What `handle_route` is given; head only. The body is JSON text, `null` when the request had none. */
export const wasmRouteRequest = struct({
  method: string,
  path: string,
  params: vec(tuple(string, string)),
  query: vec(tuple(string, string)),
  body: bytes,
  authHotkey: option(string),
});

/** What `handle_route` returns; head only. */
export const wasmRouteResponse = struct({ status: u16, body: bytes });
