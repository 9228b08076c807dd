// A warning is a failure: what the code under test complains about on the console is a defect, or is expected by a test
// that says so (`vi.spyOn(console, …)`).
for (const method of ['error', 'warn'] as const) {
  console[method] = (...complaint: unknown[]) => {
    throw new Error(`console.${method} was called: ${complaint.map(String).join(' ')}`)
  }
}
