/** An error as ClickHouse reports it: a number, its name, and `Code: N. DB::Exception: … (NAME)` as the message. */
export class ClickHouseException extends Error {
  override readonly name = 'ClickHouseException';
  readonly code: number;
  /** Such as `UNKNOWN_TABLE`. */
  readonly type: string;

  private constructor(code: number, type: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.type = type;
  }

  /** One that this server itself raises. */
  static of(type: keyof typeof OWN_CODES, sentence: string, options?: ErrorOptions): ClickHouseException {
    const code = OWN_CODES[type];
    return new ClickHouseException(code, type, `Code: ${code}. DB::Exception: ${sentence} (${type})`, options);
  }

  /** One that the engine reported in words; anything that is not in ClickHouse's form becomes 1002, UNKNOWN_EXCEPTION. */
  static from(error: unknown): ClickHouseException {
    if (error instanceof ClickHouseException) return error;
    const message = (error instanceof Error ? error.message : String(error)).trim();
    const code = /^Code: (\d+)\./.exec(message);
    if (!code) return ClickHouseException.of('UNKNOWN_EXCEPTION', message, { cause: error });
    const type = [...message.matchAll(/\(([A-Z][A-Z0-9_]+)\)/g)].at(-1)?.[1] ?? 'UNKNOWN_EXCEPTION';
    // Errors in the rows of an INSERT come with the prefix twice.
    const once = message.replace(/^(Code: \d+\. DB::Exception: )\1/, '$1');
    return new ClickHouseException(Number(code[1]), type, once, { cause: error });
  }

  /** The same error in other words. */
  rephrased(message: string): ClickHouseException {
    return new ClickHouseException(this.code, this.type, message, { cause: this.cause });
  }
}

/** The codes this server raises itself, with ClickHouse's numbers. */
const OWN_CODES = {
  BAD_ARGUMENTS: 36,
  NOT_IMPLEMENTED: 48,
  SYNTAX_ERROR: 62,
  UNKNOWN_FORMAT: 73,
  UNKNOWN_COMPRESSION_METHOD: 89,
  INTO_OUTFILE_NOT_ALLOWED: 358,
  TOO_MANY_SIMULTANEOUS_QUERIES: 202,
  SOCKET_TIMEOUT: 209,
  QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING: 216,
  QUERY_IS_TOO_LARGE: 229,
  QUERY_WAS_CANCELLED: 394,
  CANNOT_DECOMPRESS: 271,
  ABORTED: 236,
  REQUIRED_PASSWORD: 194,
  AUTHENTICATION_FAILED: 516,
  UNSUPPORTED_MEDIA_TYPE: 779,
  UNKNOWN_EXCEPTION: 1002,
} as const;

/** `src/Server/HTTP/exceptionCodeToHTTPStatus.cpp` of ClickHouse, by name; everything else is 500. */
const STATUS: Readonly<Record<string, number>> = {
  REQUIRED_PASSWORD: 401,
  ...statuses(403, 'UNKNOWN_USER WRONG_PASSWORD AUTHENTICATION_FAILED SET_NON_GRANTED_ROLE ACCESS_DENIED'),
  ...statuses(
    400,
    `BAD_ARGUMENTS CANNOT_COMPILE_REGEXP CANNOT_PARSE_TEXT CANNOT_PARSE_ESCAPE_SEQUENCE CANNOT_PARSE_QUOTED_STRING
    CANNOT_PARSE_DATE CANNOT_PARSE_DATETIME CANNOT_PARSE_NUMBER CANNOT_PARSE_DOMAIN_VALUE_FROM_STRING CANNOT_PARSE_IPV4
    CANNOT_PARSE_IPV6 CANNOT_PARSE_INPUT_ASSERTION_FAILED CANNOT_PARSE_UUID DUPLICATE_COLUMN ILLEGAL_COLUMN
    UNKNOWN_ELEMENT_IN_AST UNKNOWN_TYPE_OF_AST_NODE THERE_IS_NO_COLUMN TOO_DEEP_AST TOO_BIG_AST UNEXPECTED_AST_STRUCTURE
    SYNTAX_ERROR INCORRECT_DATA TYPE_MISMATCH VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE`,
  ),
  ...statuses(
    404,
    `UNKNOWN_TABLE UNKNOWN_FUNCTION UNKNOWN_IDENTIFIER UNKNOWN_TYPE UNKNOWN_STORAGE UNKNOWN_DATABASE UNKNOWN_SETTING
    UNKNOWN_DIRECTION_OF_SORTING UNKNOWN_AGGREGATE_FUNCTION UNKNOWN_FORMAT UNKNOWN_DATABASE_ENGINE UNKNOWN_TYPE_OF_QUERY
    UNKNOWN_ROLE`,
  ),
  TIMEOUT_EXCEEDED: 408,
  HTTP_LENGTH_REQUIRED: 411,
  QUERY_IS_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  NOT_IMPLEMENTED: 501,
  // ClickHouse answers 500 to the first; 503 is what tells a client to come again.
  ...statuses(503, 'TOO_MANY_SIMULTANEOUS_QUERIES SOCKET_TIMEOUT CANNOT_OPEN_FILE CANNOT_SCHEDULE_TASK'),
};

function statuses(status: number, names: string): Record<string, number> {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, status]));
}

/** The HTTP status ClickHouse gives to an exception. */
export function httpStatus(exception: ClickHouseException): number {
  return STATUS[exception.type] ?? 500;
}
