/** A part of a demonstration life: a tag, and the tasks that carry it, each action with each thing. */
export interface Area {
  tag: string
  /** `#rrggbb` */
  color: string
  actions: string[]
  things: string[]
}

export const AREAS: Area[] = [
  {
    tag: 'Home',
    color: '#2e7d32',
    actions: ['Clean', 'Repair', 'Measure', 'Paint', 'Take photos of', 'Get a quote for'],
    things: ['the kitchen shelf', 'the bathroom window', 'the garden gate', 'the hallway', 'the old bookcase'],
  },
  {
    tag: 'Work',
    color: '#1565c0',
    actions: ['Draft', 'Review', 'Present', 'Shorten', 'Translate', 'Archive'],
    things: ['the quarterly report', 'the onboarding guide', 'the budget plan', 'the release notes', 'the team survey'],
  },
  {
    tag: 'Errands',
    color: '#ef6c00',
    actions: ['Pick up', 'Return', 'Order', 'Compare prices for', 'Wrap', 'Drop off'],
    things: [
      'the running shoes',
      'a birthday present for Noor',
      'the library books',
      'the winter coat',
      'printer paper',
    ],
  },
  {
    tag: 'Finance',
    color: '#6a1b9a',
    actions: ['Pay', 'Check', 'File', 'Dispute', 'Renew', 'Ask Ines about'],
    things: ['the electricity bill', 'the car insurance', 'the tax return', 'the rent deposit', 'the travel expenses'],
  },
  {
    tag: 'Health',
    color: '#c62828',
    actions: ['Book', 'Confirm', 'Move', 'Prepare for', 'Write down questions for', 'Follow up on'],
    things: ['the dentist', 'the eye test', 'the flu vaccination', 'the physiotherapy session', 'the blood test'],
  },
  {
    tag: 'Travel',
    color: '#00838f',
    actions: ['Plan', 'Book', 'Read about', 'Share the details of', 'Find a map for', 'Make a packing list for'],
    things: [
      'the weekend in Lisbon',
      'the hike in the Tatra',
      'the night train to Vienna',
      'the visit to Oma',
      'the sailing course',
    ],
  },
  {
    tag: 'Family',
    color: '#ad1457',
    actions: ['Plan', 'Invite everybody to', 'Cook for', 'Find a date for', 'Collect photos of', 'Thank Grandma for'],
    things: ['the Sunday dinner', 'Mika’s school play', 'the summer party', 'the zoo trip', 'the games night'],
  },
  {
    tag: 'Learning',
    color: '#4527a0',
    actions: ['Start', 'Finish', 'Take notes on', 'Practise for', 'Explain to Tom', 'Find a book about'],
    things: [
      'the SQL course',
      'chapter 4 of Spanish',
      'the piano piece',
      'the TypeScript workshop',
      'the bread-baking class',
    ],
  },
  {
    tag: 'Garden',
    color: '#558b2f',
    actions: ['Water', 'Prune', 'Plant', 'Label', 'Move', 'Read up on'],
    things: ['the tomatoes', 'the apple tree', 'the lavender', 'the raspberries', 'the herbs on the balcony'],
  },
  {
    tag: 'Bike',
    color: '#37474f',
    actions: ['Oil', 'Replace', 'Order', 'Adjust', 'Clean', 'Show Sam how to mend'],
    things: ['the chain', 'the front brake', 'the rear light', 'the saddle', 'the inner tube'],
  },
]
