// A mailer that fills templates and parses addresses; run with --perf-basic-prof so that its functions have names.
const duty = Number(process.env.DEMO_DUTY ?? 0.2);

function fillTemplate(name, items) {
  const rows = items.map((item) => `${item.count} × ${item.title}: ${(item.count * item.price).toFixed(2)}`);
  return `Dear ${name},\n${rows.join('\n')}\n`;
}

function parseAddresses(text) {
  return text.match(/[a-z0-9.]+@[a-z0-9.]+\.[a-z]{2,}/g) ?? [];
}

function sendBatch(size) {
  let bytes = 0;
  for (let i = 0; i < size; i++) {
    const items = Array.from({ length: 20 }, (_, n) => ({ count: n, title: `item ${n * i}`, price: n * 1.25 }));
    const text = fillTemplate(`customer ${i}`, items);
    bytes += text.length + parseAddresses(`customer.${i}@shop.example, ${text}`).length;
  }
  return bytes;
}

function loop() {
  const start = performance.now();
  sendBatch(200);
  setTimeout(loop, (performance.now() - start) * (1 / duty - 1));
}

loop();
