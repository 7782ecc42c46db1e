// Sums while one types, more rows when the last one is used, serial numbers counted.
// The server computes all of it again; without scripts the forms work the same.
//
//   <form data-entry>                       sums its rows
//     <tr data-row>                         one position
//       <input data-part="quantity|net|vat">  vat in percent
//       <output data-row-sum>
//     <output data-sum="net|tax|gross">     sums of all rows
//   <tbody data-more="template-id">         gets another row when the last is typed into
//   <textarea data-serials="id of the quantity" data-said="id of an output">
//   <input data-rest-of="1234.56">          <output data-rest> shows what would stay open
(() => {
  "use strict";

  // Decimals as BigInt with a number of places, so that a cent is a cent.
  const scaled = (text, places) => {
    let plain = text.trim().replace(/[\s€%\u00a0\u202f]/g, "");
    if (plain.includes(",")) plain = plain.replaceAll(".", "").replace(",", ".");
    const found = /^(-?)(\d+)(?:\.(\d*))?$/.exec(plain);
    if (!found) return null;
    const rest = (found[3] ?? "").padEnd(places, "0");
    if (rest.length > places) return null;
    const value = BigInt(found[2] + rest);
    return found[1] ? -value : value;
  };
  const rounded = (value, places) => {
    const step = 10n ** BigInt(places);
    const half = value < 0n ? -(step / 2n) : step / 2n;
    return (value + half) / step;
  };
  const euros = (cents) => {
    const sign = cents < 0n ? "−" : "";
    const digits = String(cents < 0n ? -cents : cents).padStart(3, "0");
    const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ".");
    return `${sign}${whole},${digits.slice(-2)} €`;
  };

  const partOf = (row, name, places) => {
    const field = row.querySelector(`[data-part="${name}"]`);
    return field ? scaled(field.value, places) : null;
  };

  // quantity: 3 places, price: 4, tax in percent: 4; as `line_gross` in Python, rounded once.
  const sumRow = (row) => {
    const quantity = partOf(row, "quantity", 3);
    const price = partOf(row, "net", 4);
    const vat = partOf(row, "vat", 4) ?? 0n;
    const shown = row.querySelector("[data-row-sum]");
    if (quantity === null || price === null) {
      if (shown) shown.value = "–";
      return null;
    }
    const exact = quantity * price;
    const gross = rounded(exact * (1000000n + vat), 11);
    if (shown) shown.value = euros(gross);
    return { net: rounded(exact, 5), gross };
  };

  const sumForm = (form) => {
    let net = 0n;
    let gross = 0n;
    for (const row of form.querySelectorAll("[data-row]")) {
      const sums = sumRow(row);
      if (sums) {
        net += sums.net;
        gross += sums.gross;
      }
    }
    const values = { net, gross, tax: gross - net };
    for (const shown of form.querySelectorAll("[data-sum]")) {
      const text = euros(values[shown.dataset.sum]);
      if (shown.value !== text) shown.value = text;
    }
  };

  const addRow = (body) => {
    const rows = body.querySelectorAll("[data-row]");
    const last = rows[rows.length - 1];
    const used = [...last.querySelectorAll("input")].some((field) => field.dataset.part !== "vat" && field.value);
    if (!used || rows.length >= Number(body.dataset.most ?? 40)) return;
    const number = rows.length + 1;
    const template = document.getElementById(body.dataset.more);
    const row = template.content.cloneNode(true);
    for (const element of row.querySelectorAll("*")) {
      for (const attribute of element.attributes) {
        attribute.value = attribute.value.replaceAll("__n__", number);
      }
      for (const node of element.childNodes) {
        if (node.nodeType === Node.TEXT_NODE) node.data = node.data.replaceAll("__n__", number);
      }
    }
    body.append(row);
  };

  const countSerials = (field) => {
    const serials = field.value.split(/[\s,;]+/).filter(Boolean);
    const wanted = scaled(document.getElementById(field.dataset.serials)?.value ?? "", 0);
    const twice = serials.find((serial, at) => serials.indexOf(serial) !== at);
    const said = document.getElementById(field.dataset.said);
    const of = wanted === null ? "" : ` von ${wanted}`;
    const note = twice ? `, ${twice} steht zweimal da` : "";
    said.value = `${serials.length}${of} Seriennummern${note}`;
    said.classList.toggle("nz-error", Boolean(twice) || (wanted !== null && BigInt(serials.length) > wanted));
  };

  const showRest = (form) => {
    const shown = form.querySelector("[data-rest]");
    const fields = [...form.querySelectorAll("[data-rest-of]")];
    const whole = scaled(fields[0].dataset.restOf, 2);
    const typed = fields.map((field) => scaled(field.value || "0", 2));
    shown.value = typed.includes(null) ? "–" : euros(typed.reduce((rest, part) => rest - part, whole));
  };

  const refresh = (field) => {
    const form = field.closest("form");
    if (!form) return;
    if (form.matches("[data-entry]")) sumForm(form);
    for (const area of form.querySelectorAll("[data-serials]")) countSerials(area);
    if (form.querySelector("[data-rest-of]")) showRest(form);
  };

  document.addEventListener("input", (event) => {
    const body = event.target.closest("[data-more]");
    if (body) addRow(body);
    refresh(event.target);
  });
  for (const form of document.querySelectorAll("form")) {
    const first = form.querySelector("[data-part], [data-serials], [data-rest-of]");
    if (first) refresh(first);
  }
})();
