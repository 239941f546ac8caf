// Photographs, made small enough to travel.
const MOST_PIXELS = 1600;

/** A file as it will be sent: a large picture is redrawn, whatever else is left as it is. */
export async function shrunk(file) {
  const extension = (file.name.match(/\.([A-Za-z0-9]{1,5})$/)?.[1] ?? file.type.split("/")[1] ?? "bin").toLowerCase();
  if (!file.type.startsWith("image/")) return { blob: file, extension };
  const image = await createImageBitmap(file);
  const share = Math.min(1, MOST_PIXELS / Math.max(image.width, image.height));
  const canvas = Object.assign(document.createElement("canvas"), {
    width: Math.round(image.width * share), height: Math.round(image.height * share),
  });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  // Drawn anew, it no longer says where nor with what it was taken.
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.8));
  return { blob, extension: "jpg" };
}
