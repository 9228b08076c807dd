/** Of this package. The bundle is stamped with it (`stampVersion`), and this stands for whoever runs the sources. */
export const VERSION = '0.0.0-source'
