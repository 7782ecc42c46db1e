// Scanning with a hand scanner or the camera, on a form that works without both.
(() => {
  "use strict";

  const form = document.querySelector("form[data-scanning]");
  if (!form) return;
  const field = form.querySelector("#field-code");
  const take = form.querySelector("[data-take]");
  const readerAddress = document.currentScript.dataset.reader;
  const PAUSE_MS = 150;
  const SAME_AGAIN_MS = 2500;

  // A hand scanner ends with Enter: that is a scan, not the end of the delivery.
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (field.value.trim()) take.click();
  });

  // What was sent is judged; the next code may come at once.
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== take) return;
    if (event.detail.successful) field.value = "";
    field.focus();
  });
  form.addEventListener("htmx:afterSwap", () => {
    const good = form.querySelector("#cartons")?.dataset.good === "true";
    navigator.vibrate?.(good ? 60 : [80, 60, 80]);
  });

  // The camera, where there is one.
  const button = form.querySelector("[data-camera-button]");
  const place = form.querySelector("[data-camera]");
  const video = place.querySelector("video");
  const said = place.querySelector("[data-camera-said]");
  if (!navigator.mediaDevices?.getUserMedia) return;
  button.hidden = false;

  let stream = null;
  let last = { code: "", at: 0 };

  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.srcObject = null;
    place.hidden = true;
    button.querySelector("span").textContent = "Kamera";
  };

  const loaded = (address) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.addEventListener("load", resolve);
      script.addEventListener("error", reject);
      document.head.append(script);
    });

  // The browser's own detector where it has one, the library elsewhere (Safari, Firefox).
  const openReader = async () => {
    const wanted = ["code_128", "code_39", "ean_13", "qr_code", "data_matrix"];
    if ("BarcodeDetector" in window) {
      const known = await window.BarcodeDetector.getSupportedFormats();
      const formats = wanted.filter((name) => known.includes(name));
      if (formats.includes("code_128") && formats.includes("qr_code")) {
        const detector = new window.BarcodeDetector({ formats });
        return async (picture) => (await detector.detect(picture))[0]?.rawValue ?? "";
      }
    }
    if (!window.ZXing) await loaded(readerAddress);
    const { BarcodeFormat, BinaryBitmap, DecodeHintType, HTMLCanvasElementLuminanceSource } = window.ZXing;
    const { HybridBinarizer, MultiFormatReader } = window.ZXing;
    const reader = new MultiFormatReader();
    const formats = wanted.map((name) => BarcodeFormat[name.toUpperCase()]);
    reader.setHints(new Map([[DecodeHintType.POSSIBLE_FORMATS, formats], [DecodeHintType.TRY_HARDER, true]]));
    return async (picture) => {
      try {
        const source = new HTMLCanvasElementLuminanceSource(picture);
        return reader.decodeWithState(new BinaryBitmap(new HybridBinarizer(source))).getText();
      } catch {
        return ""; // nothing to be read in this picture
      }
    };
  };

  const watch = async (read) => {
    const canvas = document.createElement("canvas");
    const drawing = canvas.getContext("2d", { willReadFrequently: true });
    while (stream) {
      if (video.videoWidth) {
        canvas.width = video.videoWidth;
        canvas.height = video.videoHeight;
        drawing.drawImage(video, 0, 0);
        saw((await read(canvas)).trim());
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };

  const saw = (code) => {
    const now = Date.now();
    if (!code) return;
    const again = code === last.code && now - last.at < SAME_AGAIN_MS;
    last = { code, at: now };
    if (again) return;
    field.value = code;
    take.click();
  };

  button.addEventListener("click", async () => {
    if (stream) {
      stop();
      return;
    }
    place.hidden = false;
    said.textContent = "Kamera wird gestartet …";
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment", width: { ideal: 1280 } },
      });
      video.srcObject = stream;
      await video.play();
      const read = await openReader();
      said.textContent = "Den Code ins Bild halten.";
      button.querySelector("span").textContent = "Kamera aus";
      await watch(read);
    } catch {
      stop();
      place.hidden = false;
      said.textContent = "Keine Kamera: bitte den Zugriff erlauben oder die Nummer eintippen.";
    }
  });
  window.addEventListener("pagehide", stop);
})();
