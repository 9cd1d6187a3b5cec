// Queries of ClickHouse's engine, which answers them on threads of its own.
import { createRequire } from 'node:module';

const { queryAsync } = createRequire(import.meta.url)('chdb');

const numbers = (
  rows,
) => `(select number as n, toString(cityHash64(number) % 5000) as name, sipHash64(number) / 3 as value
  from numbers(${rows}))`;
const queries = [
  `select name, count(), avg(value), quantile(0.9)(value), uniq(n) from ${numbers(400_000)} group by name order by 2 desc limit 5`,
  `select name, arraySlice(groupArray(n), 1, 3) from ${numbers(150_000)} where match(name, '^4[0-9]*7') group by name order by name limit 5`,
  `select a.name, sum(b.value) from ${numbers(80_000)} a join ${numbers(80_000)} b on a.n = b.n group by a.name order by 2 limit 3`,
  `select n, row_number() over (partition by name order by value) from ${numbers(100_000)} order by value desc limit 3`,
  `select max(length(JSONExtractString(concat('{"a":"', name, '"}'), 'a'))) from ${numbers(100_000)}`,
  `select arraySum(arrayMap(x -> x * 2, range(n % 50))) as s, count() from ${numbers(100_000)} group by s order by s limit 3`,
  `select hex(SHA256(name)), toDateTime(n), formatReadableSize(n) from ${numbers(60_000)} order by 1 limit 3`,
  `select uniqExact(name), topK(3)(name), median(value), corr(n, value) from ${numbers(300_000)}`,
];

for (;;) {
  for (const query of queries) await queryAsync(query, 'JSON');
}
