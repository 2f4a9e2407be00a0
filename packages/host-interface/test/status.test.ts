import { expect, it } from "vitest";
import {
  CONSENSUS_STATUS,
  DATA_STATUS,
  LLM_STATUS,
  SANDBOX_STATUS,
  STORAGE_STATUS,
  TERMINAL_STATUS,
} from "../src/index.ts";

it("no status ever changes its number", () => {
  expect({
    SANDBOX_STATUS,
    STORAGE_STATUS,
    TERMINAL_STATUS,
    DATA_STATUS,
    LLM_STATUS,
    CONSENSUS_STATUS,
  }).toMatchInlineSnapshot(`
    {
      "CONSENSUS_STATUS": {
        "bufferTooSmall": -1,
        "disabled": 1,
        "internalError": -100,
        "invalidArgument": -3,
        "proposalLimitExceeded": -2,
        "success": 0,
      },
      "DATA_STATUS": {
        "bufferTooSmall": -3,
        "disabled": 1,
        "internalError": -100,
        "ioError": -5,
        "keyTooLarge": -2,
        "notFound": -1,
        "pathNotAllowed": -4,
        "success": 0,
      },
      "LLM_STATUS": {
        "apiError": -3,
        "bufferTooSmall": -4,
        "disabled": -1,
        "internalError": -100,
        "invalidRequest": -2,
        "rateLimited": -5,
      },
      "SANDBOX_STATUS": {
        "ready": 0,
      },
      "STORAGE_STATUS": {
        "consensusRequired": -6,
        "internalError": -100,
        "invalidKey": -3,
        "invalidValue": -4,
        "keyTooLarge": -1,
        "notFound": 1,
        "permissionDenied": -7,
        "quotaExceeded": -8,
        "storageError": -5,
        "success": 0,
        "valueTooLarge": -2,
      },
      "TERMINAL_STATUS": {
        "bufferTooSmall": -4,
        "commandNotAllowed": -1,
        "disabled": 1,
        "fileTooLarge": -3,
        "internalError": -100,
        "ioError": -5,
        "limitExceeded": -6,
        "pathNotAllowed": -2,
        "success": 0,
        "timeout": -7,
      },
    }
  `);
});
