export { type ContractCase, type StoreMaker, storeContract } from "./store-contract.ts";
