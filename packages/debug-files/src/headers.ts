/** Our own clients say what the file has (`dwarf`, `symtab`, …), so that none is sent in vain. */
export const KIND_HEADER = 'strata-kind';
/** In the answer to InitiateUpload: bytes that are there already. In Upload: where its pieces begin; 0 when it is not said. */
export const OFFSET_HEADER = 'strata-offset';
/** In a refusal: the DebugFileErrorCode, since gRPC's own are too few to tell them apart. */
export const CODE_HEADER = 'strata-code';
