"""Paper: values in, bytes out. Knows barcodes, labels and documents, and no subject."""
