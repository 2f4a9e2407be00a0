import { bincode } from "../bincode/builders.ts";

const { bytes, enumeration, map, result, string, struct, u16, unit, vec } = bincode;

/** The method of an {@link httpRequest}. */
export const httpMethod = enumeration({
  Get: unit,
  Post: unit,
  Put: unit,
  Patch: unit,
  Delete: unit,
  Head: unit,
  Options: unit,
});

/** What a guest asks `http_request` for. */
export const httpRequest = struct({
  method: httpMethod,
  url: string,
  headers: map(string, string),
  body: bytes,
});

/** What a guest asks `http_get` for. */
export const httpGetRequest = struct({ url: string, headers: map(string, string) });

/** What a guest asks `http_post` for. */
export const httpPostRequest = struct({ url: string, headers: map(string, string), body: bytes });

/** What a server answered. */
export const httpResponse = struct({ status: u16, headers: map(string, string), body: bytes });

/** The record type of a {@link dnsRequest}. */
export const dnsRecordType = enumeration({ A: unit, Aaaa: unit, Cname: unit, Txt: unit });

/** What a guest asks `dns_resolve` for. */
export const dnsRequest = struct({ hostname: string, recordType: dnsRecordType });

/** What a name resolved to. */
export const dnsResponse = struct({ records: vec(string) });

/** Why a request of `platform_network` has no response. */
export const networkError = enumeration({
  NetworkDisabled: unit,
  PolicyViolation: string,
  LimitExceeded: string,
  DnsFailure: string,
  HttpFailure: string,
  Timeout: unit,
});

/** What `http_request`, `http_get` and `http_post` answer with. */
export const httpResult = result(httpResponse, networkError);

/** What `dns_resolve` answers with. */
export const dnsResult = result(dnsResponse, networkError);
