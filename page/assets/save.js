(file) => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([file.text], {type: file.kind}));
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
