import { type Browser, type BrowserContext, chromium } from 'playwright-core'

const OPTIONS = {
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
}

/** Starts the Chromium of this machine. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch(OPTIONS)
}

/** The same with the settings that a user has made, in the folder of a profile. */
export function launchProfile(folder: string, flags: string[] = []): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, { ...OPTIONS, args: [...OPTIONS.args, ...flags] })
}
